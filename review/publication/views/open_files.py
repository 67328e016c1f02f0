"""What every file and feed of the published results answers with, so that others can load it: from any page (CORS),
packed, and in parts (RFC 9110, 14: one range of bytes)."""

import gzip
import io
import re
from collections.abc import Callable
from functools import wraps
from typing import IO, Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponseBase]
METHODS = "GET, HEAD, OPTIONS"
#: how long a browser may go by the answer to its preflight, in seconds
PREFLIGHT = "86400"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def takes_gzip(request: HttpRequest) -> bool:
    """Whether the answer may be packed: never where a part of the bytes is asked for. What is public holds nothing
    secret that its packed size could give away."""
    return "gzip" in request.headers.get("Accept-Encoding", "") and "Range" not in request.headers


def packed(request: HttpRequest, content: bytes, kind: str) -> HttpResponse:
    """The content, packed for whoever takes it packed; the same bytes each time."""
    if not takes_gzip(request):
        return HttpResponse(content, content_type=kind)
    return HttpResponse(gzip.compress(content, mtime=0), content_type=kind, headers={"Content-Encoding": "gzip"})


def for_everybody(view: View) -> View:
    """A view of something public that any page may load, whole or in part, and asked first whether it may."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked_first = request.method == "OPTIONS"
        if asked_first:
            request.method = "HEAD"  # what is not there is not there for a preflight either
        response = view(request, *args, **kwargs)
        response = preflight(response) if asked_first else in_part(request, response)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Content-Disposition, Content-Range"
        return response

    return answer


def preflight(response: HttpResponseBase) -> HttpResponseBase:
    """What may be asked for, where a HEAD would be answered by `response`."""
    _stream_of(response).close()
    if response.status_code >= 400:
        return response
    headers = {
        "Allow": METHODS,
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since, If-Range, Range",
        "Access-Control-Max-Age": PREFLIGHT,
    }
    return HttpResponse(status=204, headers=headers)


def in_part(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The bytes that were asked for, where that is one range of a whole answer; else the answer as it is."""
    if request.method != "GET" or response.status_code != 200:
        return response
    response.headers["Accept-Ranges"] = "bytes"
    patch_vary_headers(response, ["Accept-Encoding"])
    match = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if match is None or match.groups() == ("", "") or _has_changed(request, response):
        return response
    stream = _stream_of(response)
    with stream:
        size = stream.seek(0, io.SEEK_END)
        first, last = _ends(*match.groups(), size=size)
        if first > last:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        stream.seek(first)
        part = HttpResponse(stream.read(last - first + 1), status=206, headers=dict(response.headers))
    part.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    part.headers["Content-Length"] = str(last - first + 1)
    return part


def _has_changed(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether the part that is asked for is that of another file than this."""
    condition = request.headers.get("If-Range")
    return condition is not None and condition != response.headers.get("ETag")


def _stream_of(response: HttpResponseBase) -> IO[bytes]:
    """The bytes of the answer. Closed by itself: closing the answer ends the whole request."""
    if isinstance(response, FileResponse) and response.file_to_stream:
        return response.file_to_stream
    return io.BytesIO(getattr(response, "content", b""))


def _ends(first: str, last: str, *, size: int) -> tuple[int, int]:
    """The first and the last byte; the first behind the last where there is no such part."""
    if not first:
        return max(0, size - int(last)) if int(last) else size, size - 1
    return int(first), min(int(last), size - 1) if last else size - 1
