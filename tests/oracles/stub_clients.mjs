// SPDX-License-Identifier: MIT
// Drives the stand-in for the vendors (tests/support/vendor_stub) with the vendors' own libraries:
// a whole answer, a streamed one, a tool call and a refused key each.
//   node stub_clients.mjs VENDOR_STUB SAY_DIR
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strict as assert } from 'node:assert';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';

const [program, say] = process.argv.slice(2);
const key = 'stub-key-0123456789';
const folder = mkdtempSync(join(tmpdir(), 'stub-'));
const stub = spawn(program, ['--log', join(folder, 'log'), '--say', say], { stdio: ['ignore', 'pipe', 'inherit'] });
const port = await new Promise((resolve) => stub.stdout.once('data', (d) => resolve(String(d).trim())));
const url = `http://127.0.0.1:${port}`;
const hello = [{ role: 'user', content: 'hello' }];
const clock = { type: 'object', properties: {} };
let passed = 0;

async function step(name, run) {
  await run();
  passed += 1;
  console.log(`ok  ${name}`);
}

async function joined(stream, text) {
  let out = '';
  for await (const part of stream) out += text(part) ?? '';
  return out;
}

try {
  const anthropic = (k) => new Anthropic({ apiKey: k, baseURL: url, maxRetries: 0 });
  const message = { model: 'ok', max_tokens: 100, messages: hello };
  const whole = await anthropic(key).messages.create(message);
  const text = whole.content[0].text;
  await step('anthropic, whole', () => assert.ok(text.length > 3 && whole.usage.input_tokens > 0));
  await step('anthropic, streamed', async () => {
    const final = await anthropic(key).messages.stream(message).finalMessage();
    assert.equal(final.content[0].text, text);
  });
  await step('anthropic, tool', async () => {
    const tools = [{ name: 'clock', description: 'time', input_schema: clock }];
    const reply = await anthropic(key).messages.create({ ...message, model: 'tool:clock', tools });
    assert.equal(reply.stop_reason, 'tool_use');
    assert.ok(reply.content.some((c) => c.type === 'tool_use' && c.name === 'clock'));
  });
  await step('anthropic, wrong key', () =>
    assert.rejects(anthropic('wrong').messages.create(message), Anthropic.AuthenticationError));

  const openai = (k) => new OpenAI({ apiKey: k, baseURL: `${url}/v1`, maxRetries: 0 });
  const chat = { model: 'ok', messages: hello };
  await step('openai chat, whole', async () => {
    const reply = await openai(key).chat.completions.create(chat);
    assert.equal(reply.choices[0].message.content, text);
  });
  await step('openai chat, streamed', async () => {
    const stream = await openai(key).chat.completions.create({ ...chat, stream: true });
    assert.equal(await joined(stream, (c) => c.choices[0]?.delta.content), text);
  });
  await step('openai chat, tool', async () => {
    const tools = [{ type: 'function', function: { name: 'clock', parameters: clock } }];
    const reply = await openai(key).chat.completions.create({ ...chat, model: 'tool:clock', tools });
    assert.equal(reply.choices[0].message.tool_calls[0].function.name, 'clock');
  });
  await step('openai chat, wrong key', () =>
    assert.rejects(openai('wrong').chat.completions.create(chat), OpenAI.AuthenticationError));
  await step('openai responses, whole', async () => {
    const reply = await openai(key).responses.create({ model: 'ok', input: 'hello', store: false });
    assert.equal(reply.output_text, text);
  });
  await step('openai responses, streamed', async () => {
    const stream = await openai(key).responses.create({ model: 'ok', input: 'hello', store: false, stream: true });
    assert.equal(await joined(stream, (e) => (e.type === 'response.output_text.delta' ? e.delta : '')), text);
  });

  const gemini = (k) => new GoogleGenAI({ apiKey: k, httpOptions: { baseUrl: url } });
  const generate = { model: 'ok', contents: 'hello' };
  await step('gemini, whole', async () => {
    assert.equal((await gemini(key).models.generateContent(generate)).text, text);
  });
  await step('gemini, streamed', async () => {
    assert.equal(await joined(await gemini(key).models.generateContentStream(generate), (c) => c.text), text);
  });
  await step('gemini, wrong key', () => assert.rejects(gemini('wrong').models.generateContent(generate)));

  const ollama = new Ollama({ host: url });
  await step('ollama, whole', async () => {
    assert.equal((await ollama.chat({ model: 'ok', messages: hello })).message.content, text);
  });
  await step('ollama, streamed', async () => {
    const stream = await ollama.chat({ model: 'ok', messages: hello, stream: true });
    assert.equal(await joined(stream, (c) => c.message.content), text);
  });
  await step('ollama, unknown model', () => assert.rejects(ollama.chat({ model: '404', messages: hello })));
  console.log(`${passed} steps passed`);
} finally {
  stub.kill('SIGTERM');
  rmSync(folder, { recursive: true });
}
