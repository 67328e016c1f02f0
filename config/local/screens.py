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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from config.local import browser, processes

BASE_DIR = Path(__file__).resolve().parents[2]
FOLDER = BASE_DIR / "docs" / "screens"
PASSWORD = "meguri-demo-2024"  # noqa: S105 - the demo prints it for everybody
#: (width, height) of what is seen without scrolling
SIZES = {"1280": (1280, 900), "390": (390, 844)}
#: of a picture in bytes, and the share of its points that may differ before it is another picture
MOST, SAME = 150_000, 0.004
QUALITY = 78  # letters stay sharp, and no picture is larger than it may be


@dataclass(frozen=True)
class Shot:
    """One screen: whose, where it begins, and the links to press from there (CSS; the first that is there)."""

    name: str
    who: str  #: a user name, `*` for the first clerk on whose first page the first link stands, '' for citizens
    path: str = "/"
    press: tuple[str, ...] = ()
    language: str = "ja"


SHOTS = (
    Shot("home", "tanto01"),
    Shot("entry", "*", press=('main a[href*="/entry/"]',)),
    Shot("returned", "*", press=('main tr:has-text("差戻し") a.button',)),
    Shot("queue", "kakunin1", "/plans/dx/2025/queue/"),
    Shot("review", "kakunin1", "/plans/dx/2025/queue/", press=('main a[href*="/review/"]',)),
    Shot("progress", "kakunin1", "/plans/dx/2025/progress/"),
    Shot("agenda", "shonin1", "/plans/dx/2025/board/"),
    Shot("approve", "shonin1", "/plans/dx/2025/board/", press=('main a[href*="/approve/"]',)),
    Shot("plan", "kakunin1", "/plans/dx/"),
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
        written = [path for shot in SHOTS for path in taken(window, f"http://127.0.0.1:{port}", shot)]
        window.close()
    known = {f"{shot.name}-{size}.jpg" for shot in SHOTS for size in SIZES}
    for path in FOLDER.glob("*.jpg"):
        if path.name not in known:
            path.unlink()
    print(f"{len(known)} pictures, {len(written)} rewritten: {' '.join(path.name for path in written)}")
    large = [path.name for path in FOLDER.glob("*.jpg") if path.stat().st_size > MOST]
    if large:
        print(f"larger than {MOST} bytes: {' '.join(large)}", file=sys.stderr)
    return 1 if large else 0


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


def taken(window: Browser, base: str, shot: Shot) -> list[Path]:
    """The pictures of the screen that were written anew."""
    page = at(window, base, shot)
    written = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo(0, 0)")
        page.wait_for_timeout(200)
        picture = page.screenshot(animations="disabled", caret="hide", type="jpeg", quality=QUALITY)
        path = FOLDER / f"{shot.name}-{size}.jpg"
        if not path.exists() or apart(window, path.read_bytes(), picture) > SAME:
            path.write_bytes(picture)
            written.append(path)
    page.context.close()
    return written


def at(window: Browser, base: str, shot: Shot) -> Page:
    """The screen, reached as its person reaches it. Raises LookupError where a link is not there."""
    clerks = [f"tanto{number:02}" for number in range(1, 31)]
    for username in clerks if shot.who == "*" else [shot.who]:
        context = window.new_context(base_url=base, locale=shot.language, timezone_id="Asia/Tokyo")
        page = context.new_page()
        if not username or signed_in(page, username):
            page.goto(shot.path)
            if all(pressed(page, link) for link in shot.press):
                return page
        context.close()
    raise LookupError(f"{shot.name}: no way to it from {shot.path} as {shot.who or 'a citizen'}")


def signed_in(page: Page, username: str) -> bool:
    """Whether the demo knows the person."""
    page.goto("/accounts/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("form:has([name=password]) button[type=submit]")
    page.wait_for_load_state("load")
    return "/accounts/login/" not in page.url


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
