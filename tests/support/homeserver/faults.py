# SPDX-License-Identifier: MIT
"""Rules that make chosen requests go wrong."""
import json
import random
import re
import time

BEFORE = {"lose_request", "status", "delay", "hang"}
AFTER = {"lose_answer", "cut", "merge", "twice"}


class Rule:
    def __init__(self, number, given):
        self.number = number
        self.kind = given.get("kind")
        if self.kind not in BEFORE | AFTER:
            raise ValueError(f"kind is one of {sorted(BEFORE | AFTER)}")
        self.method = given.get("method")
        self.path = re.compile(given.get("path", ""))
        self.user = given.get("user")
        self.left = given.get("times", 1)
        self.skip = given.get("skip", 0)
        self.probability = given.get("probability", 1)
        self.random = random.Random(given.get("seed", 0))
        self.status = given.get("status", 500)
        self.body = given.get("body", {})
        self.content_type = given.get("content_type")
        self.headers = given.get("headers", {})
        self.after_work = given.get("after_work", False)
        self.delay_ms = given.get("delay_ms", 0)
        self.hits = 0

    def applies(self, request, user_id):
        if self.left == 0 or (self.method and self.method != request.method):
            return False
        if (self.user and self.user != user_id) or not self.path.search(request.path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.random.random() >= self.probability:
            return False
        self.left -= self.left > 0
        self.hits += 1
        return True

    def answer(self):
        """The (status, bytes, content type, headers) of a `status` rule."""
        if isinstance(self.body, str):
            return self.status, self.body.encode(), self.content_type or "text/html", self.headers
        return self.status, json.dumps(self.body).encode(), self.content_type or "application/json", self.headers


class Faults:
    def __init__(self, changed):
        self.changed = changed
        self.rules = []
        self.number = 0

    def add(self, given):
        self.number += 1
        self.rules.append(Rule(self.number, given))
        return self.number

    def clear(self, number=None):
        self.rules = [r for r in self.rules if number is not None and r.number != number]
        self.changed.notify_all()

    def choose(self, request, user_id):
        """All rules that fire for this request; at most one of them decides the answer."""
        fired, decided = [], False
        for rule in self.rules:
            if rule.kind != "delay" and decided:
                continue
            if rule.applies(request, user_id):
                fired.append(rule)
                decided = decided or rule.kind != "delay"
        return fired

    def hang(self, rule):
        while rule in self.rules:
            self.changed.wait()

    def wait(self, rule):
        end = time.monotonic() + rule.delay_ms / 1000
        while rule in self.rules and (left := end - time.monotonic()) > 0:
            self.changed.wait(left)


def merge(target, patch):
    """A JSON merge patch: null removes, objects merge, all else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result
