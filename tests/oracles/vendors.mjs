// SPDX-License-Identifier: MIT
// The vendors' own libraries behind one recorder: every request is kept, nothing is dialled, and
// the answers are played from a list.
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { Ollama } from "ollama";
import OpenAI from "openai";

/// answers: strings (streams, played as they are) or objects (bodies). The last one is repeated.
export function recorder(answers) {
  const requests = [];
  const fetch = async (url, init) => {
    const body = typeof init?.body === "string" ? init.body : await new Response(init?.body).text();
    requests.push(JSON.parse(body));
    const answer = answers[Math.min(requests.length, answers.length) - 1];
    const stream = typeof answer === "string";
    return new Response(stream ? answer : JSON.stringify(answer), {
      status: 200,
      headers: { "content-type": stream ? "text/event-stream" : "application/json" },
    });
  };
  return { requests, fetch };
}

export const openai = (fetch) => new OpenAI({ apiKey: "none", maxRetries: 0, fetch });
export const anthropic = (fetch) => new Anthropic({ apiKey: "none", maxRetries: 0, fetch });
export const ollama = (fetch) => new Ollama({ host: "http://127.0.0.1:9", fetch });
export function google(fetch) {
  globalThis.fetch = fetch;  // the only way in
  return new GoogleGenAI({ apiKey: "none" });
}

/// Answers that end a conversation, one for each vendor.
export const endings = {
  "anthropic": {
    id: "msg_9", type: "message", role: "assistant", model: "m-1", stop_reason: "end_turn",
    stop_sequence: null, content: [{ type: "text", text: "." }],
    usage: { input_tokens: 1, output_tokens: 1 },
  },
  "openai-chat": {
    id: "chatcmpl-9", object: "chat.completion", created: 1, model: "m-1",
    choices: [{ index: 0, finish_reason: "stop", logprobs: null,
                message: { role: "assistant", content: ".", refusal: null } }],
  },
  "openai-responses": {
    id: "resp_9", object: "response", created_at: 1, model: "m-1", status: "completed",
    output: [], usage: null,
  },
  "gemini": {
    candidates: [{ content: { role: "model", parts: [{ text: "." }] }, finishReason: "STOP" }],
  },
  "ollama": {
    model: "m-1", created_at: "2026-11-23T00:00:00Z", done: true, done_reason: "stop",
    message: { role: "assistant", content: "." },
  },
};

/// Streams with the same end.
export const ending_streams = {
  "anthropic": [
    { type: "message_start", message: { ...endings.anthropic, content: [], stop_reason: null } },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 1 } },
    { type: "message_stop" },
  ].map((e) => `event: ${e.type}\ndata: ${JSON.stringify(e)}\n\n`).join(""),
  "openai-chat": `data: ${JSON.stringify({
    id: "chatcmpl-9", object: "chat.completion.chunk", created: 1, model: "m-1",
    choices: [{ index: 0, delta: { role: "assistant", content: "." }, finish_reason: "stop" }],
  })}\n\ndata: [DONE]\n\n`,
  "openai-responses": `event: response.completed\ndata: ${JSON.stringify({
    type: "response.completed", sequence_number: 0, response: endings["openai-responses"],
  })}\n\n`,
  "gemini": `data: ${JSON.stringify(endings.gemini)}\r\n\r\n`,
  "ollama": JSON.stringify(endings.ollama) + "\n",
};
