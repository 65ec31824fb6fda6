// SPDX-License-Identifier: MIT
// Writes the in-memory databases to a file and reads them back, so that a client can restart.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { deserialize, serialize } from "node:v8";

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function readDatabase({ name, version }) {
  const database = await done(indexedDB.open(name));
  const names = [...database.objectStoreNames];
  const stores = [];
  if (names.length) {
    const transaction = database.transaction(names, "readonly");
    for (const storeName of names) {
      const store = transaction.objectStore(storeName);
      const indexes = [...store.indexNames].map((indexName) => {
        const { keyPath, unique, multiEntry } = store.index(indexName);
        return { name: indexName, keyPath, unique, multiEntry };
      });
      const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
      const rows = keys.map((key, at) => [key, values[at]]);
      stores.push({ name: storeName, keyPath: store.keyPath, autoIncrement: store.autoIncrement, indexes, rows });
    }
  }
  database.close();
  return { name, version, stores };
}

export async function dumpStore(file) {
  const databases = await Promise.all((await indexedDB.databases()).map(readDatabase));
  writeFileSync(file + ".new", serialize(databases));
  renameSync(file + ".new", file);
}

export async function loadStore(file) {
  if (!existsSync(file)) return;
  for (const { name, version, stores } of deserialize(readFileSync(file))) {
    const opening = indexedDB.open(name, version);
    opening.onupgradeneeded = () => {
      for (const { name: storeName, keyPath, autoIncrement, indexes, rows } of stores) {
        const store = opening.result.createObjectStore(storeName, { keyPath, autoIncrement });
        for (const index of indexes) store.createIndex(index.name, index.keyPath, index);
        for (const [key, value] of rows) keyPath === null ? store.put(value, key) : store.put(value);
      }
    };
    (await done(opening)).close();
  }
}
