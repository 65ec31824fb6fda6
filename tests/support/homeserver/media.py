# SPDX-License-Identifier: MIT
"""The content repository: upload, and download with a token (without one only for old clients)."""
from urllib.parse import quote

from api import MatrixError, Raw, not_found


def upload(hs, request):
    if len(request.body) > hs.settings["upload_limit"]:
        raise MatrixError(413, "M_TOO_LARGE", "Upload request body is too large")
    media_id = hs.new_id(18)
    kind = request.headers.get("Content-Type", "application/octet-stream")
    hs.media[media_id] = (request.body, kind, request.query.get("filename"), request.user.user_id)
    return {"content_uri": f"mxc://{hs.name}/{media_id}"}


def download(hs, request):
    if request.args["server"] != hs.name or request.args["media"] not in hs.media:
        raise not_found("Not found")
    body, kind, name, _ = hs.media[request.args["media"]]
    name = request.args.get("name", name)
    shown = "inline" if kind.split(";")[0] in ("text/plain", "image/png", "image/jpeg") else "attachment"
    disposition = f"{shown}; filename*=utf-8''{quote(name)}" if name else shown
    return Raw(body, kind, [("Content-Disposition", disposition), ("Cache-Control", "private, max-age=86400")])


def old_download(hs, request):
    if not hs.settings["unauthenticated_media"]:
        raise not_found("Not found")
    return download(hs, request)


def config(hs, request):
    return {"m.upload.size": hs.settings["upload_limit"]}


ROUTES = [
    *(("POST", f"/_matrix/media/{v}/upload", upload) for v in ("v3", "r0")),
    *(("GET", f"/_matrix/media/{v}/config", config) for v in ("v3", "r0")),
    ("GET", "/_matrix/client/v1/media/config", config),
    *(("GET", "/_matrix/client/v1/media/download/{server}/{media}" + end, download) for end in ("", "/{name}")),
    *(("GET", f"/_matrix/media/{v}/download/{{server}}/{{media}}" + end, old_download, "open")
      for v in ("v3", "r0", "v1") for end in ("", "/{name}")),
]
