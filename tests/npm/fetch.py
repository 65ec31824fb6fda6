#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Installs what a package-lock.json names into DIR/node_modules: downloads, compares the digest,
unpacks. No package's own script runs, and npm is not needed.
    fetch.py LOCKFILE DIR"""
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


def main(lockfile, folder):
    with open(lockfile, "rb") as file:
        raw = file.read()
    done = os.path.join(folder, "node_modules", ".fetched")
    if os.path.exists(done) and open(done, "rb").read() == raw:
        return
    shutil.rmtree(os.path.join(folder, "node_modules"), ignore_errors=True)
    for path, package in json.loads(raw)["packages"].items():
        if not path:
            continue
        kind, digest = package["integrity"].split("-", 1)
        data = download(address_of(path, package))
        if base64.b64encode(hashlib.new(kind, data).digest()).decode() != digest:
            sys.exit(f"{path}: not what the lock file names")
        unpack(data, os.path.join(folder, path))
    with open(done, "wb") as file:
        file.write(raw)


if __name__ == "__main__":
    main(*sys.argv[1:])
