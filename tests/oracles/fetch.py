#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Installs packages of a package-lock.json, with what they need, into DIR/node_modules: downloads,
compares the digest, unpacks. No package's own script runs, and npm is not needed.
    fetch.py LOCKFILE DIR PACKAGE..."""
import base64
import hashlib
import io
import json
import os
import shutil
import sys
import tarfile
import urllib.request


def address_of(path, package):
    name = path.rpartition("node_modules/")[2]
    registry = os.environ.get("NPM_CONFIG_REGISTRY", "https://registry.npmjs.org").rstrip("/")
    file = f"{name.rpartition('/')[2]}-{package['version']}.tgz"
    return package.get("resolved", f"{registry}/{name}/-/{file}")


def download(url, tries=3):
    for left in range(tries - 1, -1, -1):
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return answer.read()
        except OSError:
            if left == 0:
                raise


def unpack(data, folder):
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            parts = member.name.split("/")[1:]
            if not member.isfile() or not parts or ".." in parts:
                continue
            path = os.path.join(folder, *parts)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with archive.extractfile(member) as source, open(path, "wb") as target:
                shutil.copyfileobj(source, target)
            os.chmod(path, 0o755 if member.mode & 0o100 else 0o644)


def closure(packages, names):
    """Paths of these packages and of all that they need; the nearest node_modules counts."""
    found, todo = [], [("", name) for name in names]
    while todo:
        base, name = todo.pop()
        while (path := f"{base}/node_modules/{name}".lstrip("/")) not in packages and base:
            base = base.rpartition("/node_modules/")[0]
        if path in found or path not in packages:
            continue  # an optional part for another system
        found.append(path)
        todo += [(path, needed) for needed in packages[path].get("dependencies", {})]
    return sorted(found)


def main(lockfile, folder, *names):
    with open(lockfile, "rb") as file:
        raw = file.read()
    lock, raw = json.loads(raw)["packages"], raw + repr(names).encode()
    done = os.path.join(folder, "node_modules", ".fetched")
    if os.path.exists(done) and open(done, "rb").read() == raw:
        return
    shutil.rmtree(os.path.join(folder, "node_modules"), ignore_errors=True)
    for path in closure(lock, names):
        package = lock[path]
        kind, digest = package["integrity"].split("-", 1)
        data = download(address_of(path, package))
        if base64.b64encode(hashlib.new(kind, data).digest()).decode() != digest:
            sys.exit(f"{path}: not what the lock file names")
        unpack(data, os.path.join(folder, path))
    with open(done, "wb") as file:
        file.write(raw)


if __name__ == "__main__":
    main(*sys.argv[1:])
