// SPDX-License-Identifier: MIT
// Plays a recorded stream to the vendor's own library and gives the answer that the library puts
// together, in the vendor's unstreamed shape; or {"failed": why} where the library throws.
//   node sdk_streams.mjs VENDOR < stream
import fs from "node:fs";
import { anthropic, google, ollama, openai, recorder } from "./vendors.mjs";

const ask = [{ role: "user", content: "?" }];

const by_vendor = {
  anthropic: (fetch) => anthropic(fetch).messages.stream(
    { model: "m", max_tokens: 9, messages: ask }).finalMessage(),

  "openai-chat": (fetch) => openai(fetch).chat.completions.stream(
    { model: "m", messages: ask }).finalChatCompletion(),

  "openai-responses": (fetch) => openai(fetch).responses.stream(
    { model: "m", input: ask }).finalResponse(),

  // The library puts no message together; its chat keeps what it would send back. Neighbouring
  // plain texts are one, as they would be in an unstreamed answer.
  async gemini(fetch) {
    const chat = google(fetch).chats.create({ model: "m" });
    const out = { candidates: [{}] };
    for await (const chunk of await chat.sendMessageStream({ message: "?" })) {
      const { candidates, sdkHttpResponse, automaticFunctionCallingHistory, ...top } = chunk;
      Object.assign(out, top);
      const { content, ...rest } = candidates?.[0] ?? {};
      Object.assign(out.candidates[0], rest);
    }
    const parts = [];
    const plain = (p) =>
      p?.text !== undefined && Object.keys(p).length === (p.thought === undefined ? 1 : 2);
    for (const part of chat.getHistory().slice(1).flatMap((c) => c.parts ?? [])) {
      const last = parts.at(-1);
      if (plain(part) && plain(last) && !last.thought === !part.thought) last.text += part.text;
      else parts.push({ ...part });
    }
    out.candidates[0].content = { role: "model", parts };
    return out;
  },

  // No message either: its examples join the pieces.
  async ollama(fetch) {
    let out = {};
    const message = { role: "assistant", content: "" };
    const pieces = await ollama(fetch).chat({ model: "m", messages: ask, stream: true });
    for await (const piece of pieces) {
      const { message: part, ...rest } = piece;
      out = { ...out, ...rest };
      message.content += part.content;
      if (part.thinking) message.thinking = (message.thinking ?? "") + part.thinking;
      if (part.tool_calls) message.tool_calls = [...(message.tool_calls ?? []), ...part.tool_calls];
    }
    return { ...out, message };
  },
};

export async function sdk_answer(vendor, stream) {
  const log = recorder([stream]);
  try {
    return JSON.parse(JSON.stringify(await by_vendor[vendor](log.fetch)));
  } catch (error) {
    return { failed: String(error?.message ?? error).split("\n")[0] };
  }
}

if (process.argv[1]?.endsWith("sdk_streams.mjs"))
  console.log(JSON.stringify(await sdk_answer(process.argv[2], fs.readFileSync(0, "utf8"))));
