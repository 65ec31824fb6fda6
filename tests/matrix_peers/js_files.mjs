// SPDX-License-Identifier: MIT
// Encrypted attachments: AES-CTR with a fresh key, checked by the hash of the ciphertext.
const { subtle } = crypto;
const unpadded = (bytes) => Buffer.from(bytes).toString("base64").replace(/=+$/, "");
const counter = (iv) => ({ name: "AES-CTR", counter: iv, length: 64 });

export async function encryptFile(plain) {
  const iv = new Uint8Array(16);
  crypto.getRandomValues(iv.subarray(0, 8));
  const key = await subtle.generateKey({ name: "AES-CTR", length: 256 }, true, ["encrypt", "decrypt"]);
  const data = new Uint8Array(await subtle.encrypt(counter(iv), key, plain));
  const { alg, ext, k, kty } = await subtle.exportKey("jwk", key);
  const hash = unpadded(await subtle.digest("SHA-256", data));
  const file = { v: "v2", key: { alg, ext, k, kty, key_ops: ["encrypt", "decrypt"] }, iv: unpadded(iv) };
  return { data, file: { ...file, hashes: { sha256: hash } } };
}

export async function decryptFile(file, data) {
  if (unpadded(await subtle.digest("SHA-256", data)) !== file.hashes.sha256) throw new Error("hash mismatch");
  const key = await subtle.importKey("jwk", file.key, { name: "AES-CTR" }, false, ["decrypt"]);
  return new Uint8Array(await subtle.decrypt(counter(Buffer.from(file.iv, "base64")), key, data));
}
