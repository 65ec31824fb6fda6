# SPDX-License-Identifier: MIT
"""Requests, errors, validation and the matching of paths to handlers."""
import json
import re
from urllib.parse import unquote

EVENT_LIMIT = 65536
SAFE_INTEGER = 2**53 - 1


class MatrixError(Exception):
    def __init__(self, status, errcode, text, **extra):
        super().__init__(text)
        self.status = status
        self.body = {"errcode": errcode, "error": text, **extra}


def forbidden(text):
    return MatrixError(403, "M_FORBIDDEN", text)


def not_found(text):
    return MatrixError(404, "M_NOT_FOUND", text)


def bad_json(text):
    return MatrixError(400, "M_BAD_JSON", text)


def invalid(text):
    return MatrixError(400, "M_INVALID_PARAM", text)


class Raw:
    """An answer that is not JSON."""

    def __init__(self, body, content_type, headers=(), status=200):
        self.body, self.content_type, self.headers, self.status = body, content_type, headers, status


class Request:
    def __init__(self, method, target, headers, body):
        self.method = method
        raw, _, query = target.partition("?")
        self.raw_path = raw
        self.path = unquote(raw)
        self.query = parse_query(query)
        self.headers = headers
        self.body = body
        self.user = self.device = self.token = None
        self.args = {}

    def object(self):
        """The body as a JSON object, or the error a server gives."""
        return parse_object(self.body)

    def integer(self, name, default):
        value = self.query.get(name)
        if value is None:
            return default
        if not re.fullmatch(r"-?\d+", value):
            raise invalid(f"Query parameter {name} must be an integer")
        return int(value)

    def flag(self, name):
        value = self.query.get(name, "false")
        if value not in ("true", "false"):
            raise invalid(f"Boolean query parameter {name} must be one of ['true', 'false']")
        return value == "true"


def parse_query(text):
    found = {}
    for pair in filter(None, text.split("&")):
        name, _, value = pair.partition("=")
        found[unquote(name.replace("+", " "))] = unquote(value.replace("+", " "))
    return found


def refuse_constant(name):
    raise ValueError(name)


def parse_object(body):
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        raise MatrixError(400, "M_NOT_JSON", "Content not JSON.") from None
    if not isinstance(value, dict):
        raise bad_json("Content must be a JSON object.")
    return value


def need(body, name, kind):
    if name not in body:
        raise MatrixError(400, "M_MISSING_PARAM", f"Missing params: ['{name}']")
    return check(body[name], name, kind)


def optional(body, name, kind, default=None):
    return check(body[name], name, kind) if body.get(name) is not None else default


def check(value, name, kind):
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if not isinstance(value, kind) or (isinstance(value, bool) and bool not in kinds):
        raise bad_json(f"'{name}' has the wrong type")
    return value


def check_canonical(value, depth=0):
    """Events hold no floats, no integers beyond 2^53 and no deep nesting."""
    if depth > 100:
        raise bad_json("Too deeply nested")
    if isinstance(value, float) or (type(value) is int and abs(value) > SAFE_INTEGER):
        raise bad_json("Bad JSON value: integers within 2^53 only")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        check_canonical(item, depth + 1)


def canonical(value):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8", "surrogatepass")


class Router:
    """Explicit tables of (method, path, handler[, "open"]); "open" needs no token.

    A path without a leading /_matrix stands under /_matrix/client/v3, and r0 too."""

    def __init__(self, *tables):
        self.routes = []
        for method, path, handler, *flags in (row for table in tables for row in table):
            prefix = "" if path.startswith("/_") else "/_matrix/client/(?:v3|r0)"
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
            self.routes.append((method, re.compile(prefix + pattern + "/?"), handler, "open" in flags))

    def find(self, request):
        known = False
        for method, pattern, handler, is_open in self.routes:
            match = pattern.fullmatch(request.raw_path)
            if not match:
                continue
            known = True
            if method == request.method:
                request.args = {k: unquote(v) for k, v in match.groupdict().items() if v is not None}
                return handler, is_open
        raise MatrixError(405 if known else 404, "M_UNRECOGNIZED", "Unrecognized request")
