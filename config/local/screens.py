"""`make screens`: pictures of the demo's screens into docs/screens, at the width of a desk and of a telephone.

Runs the demo from nothing, signs in as its people, and goes to each screen by the links that a person would press.
A picture is rewritten only where it shows something else than before: the time of day does not count.
"""

import base64
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typst
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from config.local import browser, processes

BASE_DIR = Path(__file__).resolve().parents[2]
FOLDER = BASE_DIR / "docs" / "screens"
PASSWORD = "meguri-demo-2024"  # noqa: S105 - the demo prints it for everybody
#: (width, height) of what is seen without scrolling
SIZES = {"1280": (1280, 900), "390": (390, 844)}
#: of a picture in bytes, and the share of its points that may differ before it is another picture
MOST, SAME = 150_000, 0.004
#: two pages of the book side by side, in points that are as many dots
BOOK, BOOK_QUALITY = "book-1280.jpg", 55
BOOK_PAGES = """#set page(width: 1280pt, height: 900pt, margin: 0pt)
#grid(columns: 2, image("book.pdf", page: 4, width: 640pt), image("book.pdf", page: 5, width: 640pt))"""
QUALITY = 78  # letters stay sharp


@dataclass(frozen=True)
class Shot:
    """One screen: whose, where it begins, and the links to press from there (CSS; the first that is there)."""

    name: str
    who: str  #: a user name, with `*` the first of those of that kind who finds the links, '' for citizens
    path: str = "/"
    press: tuple[str, ...] = ()
    language: str = "ja"
    sizes: tuple[str, ...] = tuple(SIZES)

    @property
    def files(self) -> tuple[str, ...]:
        """Its pictures, by size."""
        return tuple(f"{self.name}-{size}.jpg" for size in self.sizes)

    def in_english(self) -> "Shot":
        """The same screen in English, at the width of a desk: for the handbook and the README."""
        return replace(self, name=f"{self.name}-en", language="en", sizes=("1280",))


STAFF = (
    Shot("home", "tanto01"),
    Shot("entry", "tanto*", press=('main a[href*="/entry/"]',)),
    Shot("returned", "tanto*", press=("main tr:has(.chip--returned) a.button",)),
    Shot("queue", "kakunin1", "/plans/dx/2025/queue/"),
    Shot("review", "kakunin1", "/plans/dx/2025/queue/", press=('main a[href*="/review/"]',)),
    Shot("progress", "kakunin1", "/plans/dx/2025/progress/"),
    Shot("agenda", "shonin1", "/plans/dx/2025/board/"),
    Shot("approve", "shonin1", "/plans/dx/2025/board/", press=('main a[href*="/approve/"]',)),
    Shot("plan", "kakunin1", "/plans/dx/"),
    Shot("head", "kacho*", "/?plan=senryaku", press=('main a[href*="/endorse/"]',)),
    Shot("people", "kanri", "/people/"),
    Shot("departments", "kanri", "/departments/"),
    Shot("jobs", "kanri", "/jobs/"),
    Shot("audit", "kansa", "/audit/"),
)
SHOTS = (
    *STAFF,
    *(shot.in_english() for shot in STAFF),
    Shot("year", "", "/results/dx/2024/"),
    Shot("measure", "", "/results/dx/2024/01-01/"),
    Shot("goal", "", "/results/dx/2024/01-01/goals/1/"),
    Shot("errata", "", "/results/dx/2024/errata/"),
    Shot("compare", "", "/results/dx/compare/"),
    Shot("year-en", "", "/results/en/dx/2024/", language="en"),
    Shot("measure-en", "", "/results/en/dx/2024/01-01/", language="en"),
    Shot("goal-en", "", "/results/en/dx/2024/01-01/goals/1/", language="en"),
    Shot("errata-en", "", "/results/en/dx/2024/errata/", language="en"),
    Shot("compare-en", "", "/results/en/dx/compare/", language="en"),
)

#: (first, second) as data addresses -> the share of points that differ by more than a shade; 1 where the sizes do
COMPARE = """async ([first, second]) => {
  const read = async (address) => {
    const image = new Image(); image.src = address; await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d'); context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  };
  const [a, b] = [await read(first), await read(second)];
  if (a.width !== b.width || a.height !== b.height) return 1;
  let apart = 0;
  for (let at = 0; at < a.data.length; at += 4) {
    const far = [0, 1, 2].reduce((sum, colour) => sum + Math.abs(a.data[at + colour] - b.data[at + colour]), 0);
    if (far > 48) apart += 1;
  }
  return apart / (a.data.length / 4);
}"""


def main() -> int:
    """Takes every picture; returns the exit status: 1 where one is too large."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium, port = browser.find(), processes.free_port()
    with running_demo(port), sync_playwright() as play:
        program: dict[str, Any] = {"executable_path": str(chromium.executable), "env": chromium.env}
        window = play.chromium.launch(args=chromium.flags, **program)
        base = f"http://127.0.0.1:{port}"
        cookies: dict[str, Any] = {}
        written = [path for shot in SHOTS for path in taken(window, base, shot, cookies)] + book_taken(window, base)
        window.close()
    known = names()
    for path in FOLDER.glob("*.jpg"):
        if path.name not in known:
            path.unlink()
    print(f"{len(known)} pictures, {len(written)} rewritten: {' '.join(path.name for path in written)}")
    large = [path.name for path in FOLDER.glob("*.jpg") if path.stat().st_size > MOST]
    if large:
        print(f"larger than {MOST} bytes: {' '.join(large)}", file=sys.stderr)
    return 1 if large else 0


def names() -> set[str]:
    """The file names of every picture."""
    return {BOOK, *(name for shot in SHOTS for name in shot.files)}


@contextlib.contextmanager
def running_demo(port: int) -> Iterator[None]:
    """The demo, served on the port while the block runs. Raises NotReady where it ends by itself."""
    with tempfile.TemporaryFile("w+") as log:
        command = [sys.executable, "-m", "config.local.demo", "--with-parent", "--port", str(port)]
        demo = subprocess.Popen(command, cwd=BASE_DIR, stdout=log, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + 600
            while not processes.port_taken(port):
                if demo.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise processes.NotReady(log.read()[-2000:])
                time.sleep(1)
            yield
        finally:
            demo.terminate()
            demo.wait(60)


def taken(window: Browser, base: str, shot: Shot, cookies: dict[str, Any]) -> list[Path]:
    """The pictures of the screen that were written anew."""
    page = at(window, base, shot, cookies)
    written = []
    for size, name in zip(shot.sizes, shot.files, strict=True):
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo(0, 0)")
        page.wait_for_timeout(200)
        written += rewritten(window, page, FOLDER / name)
    page.context.close()
    return written


def rewritten(window: Browser, page: Page, path: Path, quality: int = QUALITY) -> list[Path]:
    """The path, where what the page shows is another picture than the one that lies there; it is replaced then."""
    tried = range(quality, 50, -4)  # until it is no larger than it may be
    shots = (page.screenshot(animations="disabled", caret="hide", type="jpeg", quality=one) for one in tried)
    picture = next((shot for shot in shots if len(shot) <= MOST), b"")
    if path.exists() and apart(window, path.read_bytes(), picture) <= SAME:
        return []
    path.write_bytes(picture)
    return [path]


def book_taken(window: Browser, base: str) -> list[Path]:
    """The picture of two pages of the year's published book, if it was written anew."""
    width, height = SIZES["1280"]
    page = window.new_page(viewport={"width": width, "height": height})
    book = page.request.get(f"{base}/results/dx/2024/book.pdf").body()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "book.pdf").write_bytes(book)
        source = Path(folder) / "pages.typ"
        source.write_text(BOOK_PAGES)
        drawn = typst.compile(str(source), format="png", ppi=144)
    image = base64.b64encode(drawn if isinstance(drawn, bytes) else drawn[0]).decode()
    page.set_content(f'<body style="margin:0"><img style="width:100%" src="data:image/png;base64,{image}">')
    written = rewritten(window, page, FOLDER / BOOK, BOOK_QUALITY)
    page.close()
    return written


def at(window: Browser, base: str, shot: Shot, cookies: dict[str, Any]) -> Page:
    """The screen, reached as its person reaches it. Raises LookupError where a link is not there."""
    several = [shot.who.replace("*", f"{number:02}") for number in range(1, 31)]
    for username in several if "*" in shot.who else [shot.who]:
        context = window.new_context(base_url=base, locale=shot.language, timezone_id="Asia/Tokyo")
        context.add_cookies([{"name": "django_language", "value": shot.language, "url": base}])
        if username not in cookies:
            cookies[username] = signed_in(context, username) if username else []
        context.add_cookies(cookies[username])
        page = context.new_page()
        page.goto(shot.path)
        if all(pressed(page, link) for link in shot.press):
            return page
        context.close()
    raise LookupError(f"{shot.name}: no way to it from {shot.path} as {shot.who or 'a citizen'}")


def signed_in(context: BrowserContext, username: str) -> Any:
    """The cookies of the person's session. Each signs in once: a password is slow to check on purpose."""
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("form:has([name=password]) button[type=submit]")
    page.wait_for_load_state("load")
    page.close()
    return [cookie for cookie in context.cookies() if cookie.get("name") == "sessionid"]


def pressed(page: Page, link: str) -> bool:
    """Whether the link was there to be pressed."""
    place = page.locator(link).first
    if not place.count():
        return False
    place.click()
    page.wait_for_load_state("load")
    return True


def apart(window: Browser, before: bytes, after: bytes) -> float:
    """The share of points in which two pictures differ. On a page of its own: the screens' policy forbids such images."""
    images = [f"data:image/jpeg;base64,{base64.b64encode(one).decode()}" for one in (before, after)]
    blank: Any = window.new_page()
    try:
        return float(blank.evaluate(COMPARE, images))
    finally:
        blank.close()


if __name__ == "__main__":
    sys.exit(main())
