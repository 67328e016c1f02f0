"""A page of another site loads the data in a browser: the whole, what did not change, and a part."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast import YEAR, Cast
from tests.frozen import frozen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: runs in the other site's page
LOAD = """async (address) => {
  const whole = await fetch(address);
  const text = await whole.text();
  const mark = whole.headers.get("ETag");
  const again = await fetch(address, {headers: {"If-None-Match": mark}, cache: "no-store"});
  const part = await fetch(address, {headers: {"Range": "bytes=0-9"}});
  return {
    origin: location.origin, status: whole.status, lines: text.trimEnd().split("\\r\\n").length, mark,
    link: whole.headers.get("Link"), again: again.status, part: part.status, range: part.headers.get("Content-Range"),
  };
}"""


class Empty(http.server.BaseHTTPRequestHandler):
    """Another site: an empty page at every address."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Another site</title>")

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Empty)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_another_site_s_page_loads_the_table(
    cast: Cast, page: Any, live_site: str, elsewhere: str, complaints: list[str]
) -> None:
    frozen(cast)
    page.goto(elsewhere)
    seen = page.evaluate(LOAD, f"{live_site}/results/dx/{YEAR}/indicators.csv")
    assert seen["origin"] == elsewhere != live_site
    assert (seen["status"], seen["lines"]) == (200, 1 + 16)
    assert seen["mark"] and "indicators.csv-metadata.json" in seen["link"]
    assert seen["again"] == 304, "the preflight allows the mark to be sent back"
    assert seen["part"] == 206 and seen["range"].startswith("bytes 0-9/")
    every = page.evaluate(
        "async (address) => (await (await fetch(address)).json()).total", f"{live_site}/api/v1/plans/dx/editions"
    )
    assert every == 1
    complaints.clear()  # of requests to another host, which are the matter here
