// SPDX-License-Identifier: MIT
// Writes share/openclaw/prices.json from the npm package @pydantic/genai-prices (MIT).
// node make_prices.mjs NODE_MODULES DATE > ../../share/openclaw/prices.json
import fs from "node:fs";

const [modules, date] = process.argv.slice(2);
const source = fs.readFileSync(`${modules}/@pydantic/genai-prices/dist/index.js`, "utf8");
const version = JSON.parse(
  fs.readFileSync(`${modules}/@pydantic/genai-prices/package.json`, "utf8")).version;

// The package exports no data; its bundle begins with the table as one array literal.
function table(text) {
  const start = text.indexOf("const E = [") + "const E = ".length;
  let depth = 0, quote = null;
  for (let i = start; ; ++i) {
    const c = text[i];
    if (quote) {
      if (c === "\\") ++i;
      else if (c === quote) quote = null;
    } else if (c === '"' || c === "'" || c === "`") quote = c;
    else if (c === "[" || c === "{") ++depth;
    else if ((c === "]" || c === "}") && --depth === 0)
      return Function(`return ${text.slice(start, i + 1)}`)();
  }
}

const hosts = {
  "api.anthropic.com": "anthropic", "api.arcee.ai": "arcee", "api.avian.io": "avian",
  "inference.baseten.co": "baseten", "api.cerebras.ai": "cerebras", "api.cohere.ai": "cohere",
  "api.cohere.com": "cohere", "api.deepseek.com": "deepseek", "api.doubleword.ai": "doubleword",
  "api.fireworks.ai": "fireworks", "api.githubcopilot.com": "github-copilot",
  "generativelanguage.googleapis.com": "google", "api.groq.com": "groq",
  "api.minimax.io": "minimax", "api.minimaxi.com": "minimax", "api.mistral.ai": "mistral",
  "api.moonshot.ai": "moonshotai", "api.moonshot.cn": "moonshotai", "api.novita.ai": "novita",
  "api.openai.com": "openai", "openrouter.ai": "openrouter",
  "oai.endpoints.kepler.ai.cloud.ovh.net": "ovhcloud", "api.perplexity.ai": "perplexity",
  "api.together.xyz": "together", "api.x.ai": "x-ai", "api.z.ai": "zai",
  "open.bigmodel.cn": "zhipuai",
};

const names = {
  input_mtok: "input", output_mtok: "output", cache_read_mtok: "cache_read",
  cache_write_mtok: "cache_write", cache_write_1h_mtok: "cache_write_1h",
  input_audio_mtok: "input_audio", output_audio_mtok: "output_audio",
  cache_audio_read_mtok: "cache_audio", requests_kcount: "requests_k",
  web_searches_kcount: "web_searches_k",
};

const amount = (n) => n.toFixed(9).replace(/0+$/, "").replace(/\.$/, "");

function rates(prices) {
  const out = {};
  for (const [key, value] of Object.entries(prices)) {
    if (!names[key]) continue;
    out[names[key]] = typeof value === "number" ? amount(value) : {
      base: amount(value.base),
      tiers: value.tiers.map((t) => ({ above: t.start, rate: amount(t.price) })),
    };
  }
  return out;
}

function match(rule) {
  const [[op, value]] = Object.entries(rule);
  if (op === "or" || op === "and") return { [op]: value.map(match) };
  if (op !== "regex") return { [op]: value.toLowerCase() };
  const dated = value.match(/^\^(.*?)-?\\d/);
  if (dated) return { dated: dated[1].replaceAll("\\.", ".").toLowerCase() + "-" };
  if (value.includes("[tT][tT][sS]")) return { not_contains: "-tts" };
  return { equals: value.replace(/^\^|\$$/g, "").replaceAll("\\", "") };
}

const lines = [
  `"date": "${date}"`,
  `"source": "@pydantic/genai-prices ${version}, MIT, (c) Pydantic Services Inc."`,
  `"unit": "US dollars per million tokens; _k: per thousand"`,
];
for (const [host, vendor] of Object.entries(hosts)) lines.push(`"host ${host}": "${vendor}"`);
for (const vendor of table(source)) {
  const models = vendor.models.map((m) => {
    const list = Array.isArray(m.prices) ? m.prices : [{ prices: m.prices }];
    const prices = list.map((entry) => {
      const out = rates(entry.prices);
      const c = entry.constraint;
      if (c?.start_date) out.from = c.start_date;
      if (c?.start_time) { out.daily_from = c.start_time.slice(0, 5); out.daily_to = c.end_time.slice(0, 5); }
      return out;
    });
    return JSON.stringify({ id: m.id, match: match(m.match), context: m.context_window, prices });
  });
  lines.push(`"${vendor.id}": [\n${models.join(",\n")}\n]`);
}
console.log(`{\n${lines.join(",\n")}\n}`);
