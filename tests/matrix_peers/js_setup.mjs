// SPDX-License-Identifier: MIT
// What the browser library expects of the runtime; imported before it.
import "fake-indexeddb/auto";

if (!Promise.withResolvers) {
  Promise.withResolvers = function () {
    let resolve, reject;
    const promise = new this((yes, no) => ([resolve, reject] = [yes, no]));
    return { promise, resolve, reject };
  };
}

const loud = Boolean(process.env.MATRIX_PEER_LOG);
for (const name of ["trace", "debug", "log", "info", "warn", "error", "group", "groupCollapsed", "groupEnd"]) {
  console[name] = (...words) => loud && process.stderr.write(words.map(String).join(" ") + "\n");
}
