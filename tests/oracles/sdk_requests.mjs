// SPDX-License-Identifier: MIT
// Builds a written conversation (tests/llm/conversation.h says how it is written) with the vendor's
// own library and gives the JSON body that the library would send.
//   node sdk_requests.mjs VENDOR < conversation.json
import { jsonSchemaOutputFormat } from "@anthropic-ai/sdk/helpers/json-schema";
import { betaTool } from "@anthropic-ai/sdk/helpers/beta/json-schema";
import { ToolError } from "@anthropic-ai/sdk/lib/tools/ToolError";
import { createPartFromBase64, createPartFromFunctionCall, createPartFromFunctionResponse,
         createPartFromText } from "@google/genai";
import fs from "node:fs";
import { anthropic, endings, ending_streams, google, ollama, openai,
         recorder } from "./vendors.mjs";

const base64 = (image) => Buffer.from(image.bytes).toString("base64");
const of = (message, kind) =>
  message.parts.filter((p) => p[kind] !== undefined).map((p) => p[kind]);
const texts = (message) => of(message, "text").join("");
const has_answer = (c) => c.messages.some((m) => m.answers);

/// What follows the answer that is played: the results in the order of its calls.
const scripted = (c) => of(c.messages.at(-1), "result");

/// The calls of the assistant's message before, for vendors whose results name them.
function calls_before(c, message) {
  const before = c.messages[c.messages.indexOf(message) - 1];
  return of(before, "call");
}

const by_vendor = {
  async anthropic(c) {
    const schema = c.schema && { format: jsonSchemaOutputFormat(c.schema) };
    const effort = c.effort && { effort: c.effort };
    const content = (m) => m.parts.map((p) => {
      if (p.text !== undefined) return { type: "text", text: p.text };
      if (p.image) return { type: "image",
        source: { type: "base64", media_type: p.image.media_type, data: base64(p.image) } };
      if (p.call) return { type: "tool_use", id: p.call.id, name: p.call.name,
                           input: JSON.parse(p.call.arguments) };
      return { type: "tool_result", tool_use_id: calls_before(c, m)[p.result.call].id,
               content: p.result.text, ...(p.result.error && { is_error: true }) };
    });
    const params = {
      model: c.model, max_tokens: c.max_output_tokens, ...(c.system && { system: c.system }),
      ...(c.stream && { stream: true }),
      ...((schema || effort) && { output_config: { ...effort, ...schema } }),
    };
    if (has_answer(c)) {
      const log = recorder([c.messages[1].answers.anthropic, endings.anthropic]);
      let next = 0;
      const run = () => {
        const result = scripted(c)[next++];
        if (result.error) throw new ToolError(result.text);
        return result.text;
      };
      await anthropic(log.fetch).beta.messages.toolRunner({
        ...params, thread: false, messages: [{ role: "user", content: content(c.messages[0]) }],
        tools: c.tools.map((t) => betaTool({ name: t.name, description: t.description,
                                             inputSchema: t.parameters, run })),
      });
      return log.requests.at(-1);
    }
    const log = recorder([c.stream ? ending_streams.anthropic : endings.anthropic]);
    await anthropic(log.fetch).messages.create({
      ...params, messages: c.messages.map((m) => ({ role: m.role, content: content(m) })),
      ...(c.tools && { tools: c.tools.map((t) => ({ name: t.name, description: t.description,
                                                    input_schema: t.parameters })) }),
    });
    return log.requests.at(-1);
  },

  async "openai-chat"(c) {
    const messages = [];
    if (c.system) messages.push({ role: "system", content: c.system });
    for (const m of c.messages.filter((m) => m.parts)) {
      if (has_answer(c) && m === c.messages.at(-1)) break;  // the library itself adds the results
      const calls = of(m, "call");
      for (const r of of(m, "result"))
        messages.push({ role: "tool", tool_call_id: calls_before(c, m)[r.call].id,
                        content: r.text });
      const images = of(m, "image").map((i) => ({
        type: "image_url", image_url: { url: `data:${i.media_type};base64,${base64(i)}` } }));
      if (images.length > 0)
        messages.push({ role: m.role, content: [{ type: "text", text: texts(m) }, ...images] });
      else if (calls.length > 0)
        messages.push({ role: m.role, content: texts(m), tool_calls: calls.map((call) => ({
          id: call.id, type: "function",
          function: { name: call.name, arguments: call.arguments } })) });
      else if (texts(m) !== "") messages.push({ role: m.role, content: texts(m) });
    }
    const params = {
      model: c.model, max_completion_tokens: c.max_output_tokens, messages,
      ...(c.effort && { reasoning_effort: c.effort }),
      ...(c.schema && { response_format: { type: "json_schema", json_schema: {
        name: "answer", schema: c.schema, strict: c.schema.additionalProperties === false } } }),
    };
    const tool = (t) => ({ name: t.name, description: t.description, parameters: t.parameters });
    if (has_answer(c)) {
      const log = recorder([c.messages[1].answers["openai-chat"], endings["openai-chat"]]);
      let next = 0;
      await openai(log.fetch).chat.completions.runTools({
        ...params, tools: c.tools.map((t) => ({ type: "function", function: {
          ...tool(t), function: () => scripted(c)[next++].text } })),
      }).done();
      return log.requests.at(-1);
    }
    const log = recorder([c.stream ? ending_streams["openai-chat"] : endings["openai-chat"]]);
    await openai(log.fetch).chat.completions.create({
      ...params,
      ...(c.stream && { stream: true,
                        stream_options: { include_usage: true, include_obfuscation: false } }),
      ...(c.tools && { tools: c.tools.map((t) => ({ type: "function", function: tool(t) })) }),
    });
    return log.requests.at(-1);
  },

  async "openai-responses"(c) {
    const params = {
      model: c.model, max_output_tokens: c.max_output_tokens, store: false,
      ...(c.system && { instructions: c.system }),
      ...(c.effort && { reasoning: { effort: c.effort } }),
      ...(c.stream && { stream: true, stream_options: { include_obfuscation: false } }),
      ...(c.schema && { text: { format: { type: "json_schema", name: "answer", schema: c.schema,
                                          strict: c.schema.additionalProperties === false } } }),
      ...(c.tools && { include: ["reasoning.encrypted_content"], tools: c.tools.map((t) => ({
        type: "function", name: t.name, description: t.description, parameters: t.parameters,
        strict: t.parameters.additionalProperties === false })) }),
    };
    const played = c.stream ? ending_streams["openai-responses"] : endings["openai-responses"];
    const answer = c.messages.find((m) => m.answers)?.answers["openai-responses"];
    const log = recorder(answer ? [answer, played] : [played]);
    const client = openai(log.fetch);
    const input = [];
    let calls = [];
    for (const m of c.messages) {
      if (m.answers) {  // as the library's guide does it: the whole output goes back
        const response = await client.responses.create({ ...params, input });
        input.push(...response.output);
        calls = response.output.filter((i) => i.type === "function_call");
        continue;
      }
      for (const r of of(m, "result"))
        input.push({ type: "function_call_output", call_id: calls[r.call].call_id,
                     output: r.text });
      const images = of(m, "image").map((i) => ({ type: "input_image", detail: "auto",
        image_url: `data:${i.media_type};base64,${base64(i)}` }));
      if (images.length > 0)
        input.push({ role: m.role, content: [{ type: "input_text", text: texts(m) }, ...images] });
      else if (texts(m) !== "") input.push({ role: m.role, content: texts(m) });
      calls = of(m, "call").map((call) => ({ type: "function_call", call_id: call.id,
                                             name: call.name, arguments: call.arguments }));
      input.push(...calls);
    }
    await client.responses.create({ ...params, input });
    return log.requests.at(-1);
  },

  async gemini(c) {
    const parts = (m) => m.parts.map((p) => {
      if (p.text !== undefined) return createPartFromText(p.text);
      if (p.image) return createPartFromBase64(base64(p.image), p.image.media_type);
      if (p.call) {
        const part = createPartFromFunctionCall(p.call.name, JSON.parse(p.call.arguments));
        part.functionCall.id = p.call.id;
        return part;
      }
      const call = m.answered ? m.answered[p.result.call] : calls_before(c, m)[p.result.call];
      const response = { [p.result.error ? "error" : "output"]: p.result.text };
      return createPartFromFunctionResponse(call.id, call.name, response);
    });
    const config = {
      maxOutputTokens: c.max_output_tokens, ...(c.system && { systemInstruction: c.system }),
      ...(c.effort && { thinkingConfig: { thinkingLevel: c.effort } }),
      ...(c.schema && { responseMimeType: "application/json", responseJsonSchema: c.schema }),
      ...(c.tools && { tools: [{ functionDeclarations: c.tools.map((t) => ({
        name: t.name, description: t.description, parametersJsonSchema: t.parameters })) }] }),
    };
    const answer = c.messages.find((m) => m.answers)?.answers.gemini;
    const played = c.stream ? ending_streams.gemini : endings.gemini;
    const log = recorder(answer ? [answer, played] : [played]);
    const client = google(log.fetch);
    if (answer) {
      const chat = client.chats.create({ model: c.model, config });
      const said = await chat.sendMessage({ message: parts(c.messages[0]) });
      const results = parts({ ...c.messages[2], answered: said.functionCalls });
      await chat.sendMessage({ message: results });
      return log.requests.at(-1);
    }
    const contents = c.messages.map((m) => ({ role: m.role === "assistant" ? "model" : "user",
                                              parts: parts(m) }));
    const params = { model: c.model, contents, config };
    if (c.stream) for await (const _ of await client.models.generateContentStream(params));
    else await client.models.generateContent(params);
    return log.requests.at(-1);
  },

  async ollama(c) {
    const answer = c.messages.find((m) => m.answers)?.answers.ollama;
    const played = c.stream ? ending_streams.ollama : endings.ollama;
    const log = recorder(answer ? [answer, played] : [played]);
    const client = ollama(log.fetch);
    const params = {
      model: c.model, options: { num_predict: c.max_output_tokens }, stream: c.stream ?? false,
      ...(c.effort && { think: c.effort }), ...(c.schema && { format: c.schema }),
      ...(c.tools && { tools: c.tools.map((t) => ({ type: "function", function: {
        name: t.name, description: t.description, parameters: t.parameters } })) }),
    };
    const messages = c.system ? [{ role: "system", content: c.system }] : [];
    let calls = [];
    for (const m of c.messages) {
      if (m.answers) {
        const said = await client.chat({ ...params, messages });
        messages.push(said.message);
        calls = said.message.tool_calls.map((call) => call.function);
        continue;
      }
      for (const r of of(m, "result"))
        messages.push({ role: "tool", tool_name: calls[r.call].name, content: r.text });
      calls = of(m, "call");
      const images = of(m, "image").map(base64);
      if (texts(m) !== "" || calls.length > 0)
        messages.push({ role: m.role, content: texts(m), ...(images.length > 0 && { images }),
          ...(calls.length > 0 && { tool_calls: calls.map((call) => ({ function: {
            name: call.name, arguments: JSON.parse(call.arguments) } })) }) });
    }
    const said = await client.chat({ ...params, messages });
    if (c.stream) for await (const _ of said);
    return log.requests.at(-1);
  },
};

export const vendors = Object.keys(by_vendor);
export const sdk_request = (vendor, conversation) => by_vendor[vendor](conversation);

if (process.argv[1]?.endsWith("sdk_requests.mjs")) {
  const conversation = JSON.parse(fs.readFileSync(0, "utf8"));
  console.log(JSON.stringify(await sdk_request(process.argv[2], conversation)));
}
