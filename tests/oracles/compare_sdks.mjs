// SPDX-License-Identifier: MIT
// Compares our request bodies and our accumulated answers with those of the vendors' own libraries.
//   node compare_sdks.mjs WIRE_TOOL CASES [RECORDED]
// CASES is tests/llm/data; RECORDED is exchanges.jsonl.xz, which may be absent. What may differ is
// in ignored.json: JSON pointers ('*' is any one step; "in" names the one case) with a reason each,
// at most ten per vendor and kind; an entry that ignores nothing fails too ("recorded": only where
// the recorded streams are there).
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { sdk_answer } from "./sdk_streams.mjs";
import { sdk_request, vendors } from "./sdk_requests.mjs";

const [tool, cases, recorded] = process.argv.slice(2);
const ignored = JSON.parse(fs.readFileSync(new URL("./ignored.json", import.meta.url), "utf8"));
const has_recorded = recorded !== undefined && fs.existsSync(recorded);
const used = new Set();
const tally = {};
let faults = 0;

function fault(where, what) {
  ++faults;
  console.log(`${where}: ${what}`);
}

for (const [kind, list] of Object.entries(ignored))
  for (const [vendor, entries] of Object.entries(list)) {
    if (entries.length > 10)
      fault("ignored.json", `${kind} ${vendor} has ${entries.length} entries`);
    for (const entry of entries)
      if (!entry.pointer || !entry.why)
        fault("ignored.json", `${kind} ${vendor}: no pointer or no reason`);
  }

function is_ignored(kind, vendor, where, pointer) {
  const steps = pointer.split("/");
  for (const entry of ignored[kind][vendor] ?? []) {
    const rule = entry.pointer.split("/");
    if (entry.in !== undefined && entry.in !== where) continue;
    if (rule.length !== steps.length) continue;
    if (!rule.every((s, i) => s === "*" || s === steps[i])) continue;
    used.add(entry);
    return true;
  }
  return false;
}

/// Differences of two JSON values as lines; null and absent are different.
function differences(kind, vendor, where, ours, theirs, pointer = "") {
  if (ours === theirs) return [];
  const both = (test) => test(ours) && test(theirs);
  const plain = (v) => v !== null && typeof v === "object" && !Array.isArray(v);
  if (both(plain)) {
    const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
    return [...keys].flatMap((key) => differences(
      kind, vendor, where, ours[key], theirs[key],
      `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`));
  }
  if (both(Array.isArray))
    return Array.from({ length: Math.max(ours.length, theirs.length) }).flatMap((_, i) =>
      differences(kind, vendor, where, ours[i], theirs[i], `${pointer}/${i}`));
  if (is_ignored(kind, vendor, where, pointer)) return [];
  const show = (v) => v === undefined ? "nothing" : JSON.stringify(v).slice(0, 200);
  return [`${pointer || "/"}: ours ${show(ours)}, theirs ${show(theirs)}`];
}

function check(kind, vendor, where, ours, theirs) {
  const lines = differences(kind, vendor, where, ours, theirs);
  const count = (tally[`${kind} ${vendor}`] ??= { equal: 0, different: 0, failed: 0 });
  ++count[lines.length === 0 ? "equal" : "different"];
  for (const line of lines) fault(`${kind} ${vendor} ${where}`, line);
}

/// Chat Completions has members without end that are no part of the answer (moderation, provider,
/// created); our decoder keeps what the answer is made of, and that is compared. The library does
/// not know the reasoning members and keeps the last piece of them only.
const views = {
  "openai-chat": ({ id, model, usage, choices }) => ({
    id, model, usage: usage ?? null,
    choices: choices.map(({ finish_reason, message: { role, content, refusal, tool_calls } }) => ({
      finish_reason, message: { role, content, refusal, tool_calls } })),
  }),
};

const ours = (mode, vendor, input) => JSON.parse(
  execFileSync(tool, [mode, vendor], { input, maxBuffer: 1 << 26, encoding: "utf8" }));

async function check_stream(vendor, where, stream) {
  const mine = ours("stream", vendor, stream);
  const theirs = await sdk_answer(vendor, stream);
  const failed = theirs.failed !== undefined;
  const usable = mine.complete && mine.error === null;
  const expected = (ignored.failures[vendor] ?? []).find((e) => e.pointer === where);
  if (expected) used.add(expected);
  if (failed !== !usable && !expected)
    fault(`streams ${vendor} ${where}`,
          failed ? `theirs fails (${theirs.failed}), ours does not`
                 : "ours fails, theirs does not");
  if (failed || !usable) {
    ++(tally[`streams ${vendor}`] ??= { equal: 0, different: 0, failed: 0 }).failed;
    return;
  }
  const view = views[vendor] ?? ((body) => body);
  check("streams", vendor, where, view(mine.body), view(theirs));
}

for (const file of fs.readdirSync(path.join(cases, "requests")).sort()) {
  const { conversation } = JSON.parse(fs.readFileSync(path.join(cases, "requests", file), "utf8"));
  for (const vendor of vendors)
    check("requests", vendor, file, ours("request", vendor, JSON.stringify(conversation)),
          await sdk_request(vendor, conversation));
}

const vendor_of = { anthropic: "anthropic", chat: "openai-chat", responses: "openai-responses",
                    gemini: "gemini", ollama: "ollama" };
for (const file of fs.readdirSync(path.join(cases, "streams")).sort())
  await check_stream(vendor_of[file.split("_")[0]], file,
                     fs.readFileSync(path.join(cases, "streams", file), "utf8"));

const vendor_at = (p) => p.endsWith("/messages") ? "anthropic"
  : p.endsWith("/chat/completions") ? "openai-chat"
  : p.endsWith("/responses") ? "openai-responses" : "gemini";
if (has_recorded) {
  const text = execFileSync("xz", ["-dc", recorded], { maxBuffer: 1 << 28, encoding: "utf8" });
  for (const line of text.split("\n").filter((l) => l !== "")) {
    const e = JSON.parse(line);
    if (e.status === 200 && typeof e.resp === "string")
      await check_stream(vendor_at(e.path), `${path.basename(e.src)} #${e.i}`, e.resp);
  }
} else {
  console.log("NOT RUN: the recorded streams are absent");
}

for (const [kind, list] of Object.entries(ignored))
  for (const [vendor, entries] of Object.entries(list))
    for (const entry of entries)
      if (!used.has(entry) && !(entry.recorded && !has_recorded))
        fault("ignored.json", `${kind} ${vendor} ${entry.pointer} ignores nothing`);
for (const [what, n] of Object.entries(tally))
  console.log(`${what}: ${n.equal} equal, ${n.different} different` +
              (n.failed ? `, ${n.failed} failed on both sides or as listed` : ""));
console.log(faults === 0 ? "the libraries agree" : `${faults} differences`);
process.exit(faults === 0 ? 0 : 1);
