"""`make offline`: one archive that installs Meguri where there is no network.

It holds the program with its source, wheels for the supported Pythons, the style sheets, a list of all parts (SBOM,
CycloneDX), container images where this machine has an engine, checksums, and `install.sh`. Where packages come from is
the machine's business: pip reads its own configuration.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "base.txt"
PYTHONS = ("3.11", "3.12", "3.13")
#: The machines of a city: glibc as of Debian 10 and younger.
PLATFORMS = ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64")
#: As docker-compose.yml names them.
OWN_IMAGE = "meguri:latest"
IMAGES = ("postgres:17-bookworm", "redis:7-bookworm", "nginx:1-bookworm")
_PIN = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?P<marker>[^\\\n]*)(?P<rest>(?:\\\n +--hash=\S+ *)+)", re.M
)


def say(sentence: str) -> None:
    """One line for whoever waits."""
    print(sentence, flush=True)


def pins(lock: str) -> Iterator[re.Match[str]]:
    """The packages of the lock that a Linux machine may want, whatever its Python: markers are decided where it installs."""
    return (pin for pin in _PIN.finditer(lock) if "win32" not in pin["marker"])


def wheels(folder: Path, pythons: Sequence[str]) -> None:
    """Fetch the wheels of the lock, each held against its hash."""
    folder.mkdir()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        # Without markers: pip would judge them by the Python that runs it, not by the city's.
        listed.writelines(f"{pin['name']}=={pin['version']} {pin['rest']}\n" for pin in pins(LOCK.read_text()))
        listed.flush()
        for python in pythons:
            say(f"Python {python} の部品を集めています。 / wheels for Python {python}")
            platforms = [word for platform in PLATFORMS for word in ("--platform", platform)]
            run(
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "--require-hashes",
                "--only-binary=:all:",
                "--python-version",
                python,
                *platforms,
                "--dest",
                str(folder),
                "-r",
                listed.name,
            )


def static(archive: Path) -> None:
    """Collect the style sheets as the image does: no secret and no server is touched."""
    with tempfile.TemporaryDirectory() as folder:
        given = {
            "SECRET_KEY": "only-for-collecting-the-style-sheets-and-never-seen-again-0000",
            "MEGURI_STATIC_ROOT": folder,
            "DATABASE_URL": f"sqlite:///{folder}/none",
            "REDIS_URL": "redis://none",
            "ALLOWED_HOSTS": "none",
            "DJANGO_SETTINGS_MODULE": "config.settings.prod",
            "MEGURI_ENV_FILE": "",
            "MEGURI_DATA_ROOT": folder,
        }
        run(sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0", env={**os.environ, **given})
        pack(Path(folder), ".", archive)


def pack(folder: Path, name: str, archive: Path) -> None:
    """All of it belongs to root there: unpacked by root, nothing is given to whoever has the packer's number on that machine."""
    with tarfile.open(archive, "w") as packed:
        packed.add(folder, name, filter=_of_root)


def _of_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
    # TarInfo.replace came with 3.11.4, and Debian 12 has 3.11.2.
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


def sbom(version: str) -> dict[str, Any]:
    """What Meguri is made of, from the lock."""
    parts = [
        {
            "type": "library",
            "name": pin["name"],
            "version": pin["version"],
            "purl": f"pkg:pypi/{pin['name']}@{pin['version']}",
            "hashes": [{"alg": "SHA-256", "content": one} for one in re.findall(r"sha256:(\w+)", pin["rest"])],
        }
        for pin in pins(LOCK.read_text())
    ]
    lock = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, lock)}",
        "metadata": {
            "component": {
                "type": "application",
                "name": "meguri",
                "version": version,
                "licenses": [{"license": {"id": "AGPL-3.0-or-later"}}],
            }
        },
        "components": parts,
    }


def images(folder: Path) -> bool:
    """Save the images where a container engine answers; False where none does."""
    engine = shutil.which("docker") or shutil.which("podman")
    if not engine or subprocess.run([engine, "version"], capture_output=True, check=False).returncode:
        return False
    folder.mkdir()
    run(engine, "build", "--tag", OWN_IMAGE, ".")
    for image in IMAGES:
        run(engine, "pull", image)
    for image in (OWN_IMAGE, *IMAGES):
        run(engine, "save", "--output", str(folder / f"{image.replace(':', '-')}.tar"), image)
    return True


def run(*command: str, env: dict[str, str] | None = None) -> None:
    """A command that must succeed."""
    subprocess.run(command, cwd=ROOT, env=env, check=True)


def checksums(folder: Path) -> str:
    """As `sha256sum --check` reads them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.relative_to(folder)}\n" for one in files)


def build(out: Path, pythons: Sequence[str] = PYTHONS) -> Path:
    """Write the archive, and its own checksum beside it."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    name = f"meguri-offline-{version}"
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, name)
        folder.mkdir()
        run("git", "archive", "--format=tar", f"--output={folder / 'source.tar'}", "HEAD")
        wheels(folder / "wheels", pythons)
        static(folder / "static.tar")
        (folder / "sbom.json").write_text(json.dumps(sbom(version), indent=1, ensure_ascii=False) + "\n")
        if not images(folder / "images"):
            say(
                "コンテナのエンジンがないため、イメージは入れていません。"
                " / No container engine here: the archive holds no images."
            )
        shutil.copy(ROOT / "config" / "deploy" / "offline" / "install.sh", folder)
        (folder / "SHA256SUMS").write_text(checksums(folder))
        archive = out / f"{name}.tar"
        pack(folder, name, archive)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    archive.with_suffix(".tar.sha256").write_text(f"{digest}  {archive.name}\n")
    say(f"{archive} ({archive.stat().st_size // 1_000_000} MB, sha256 {digest})")
    return archive


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "offline")
    parser.add_argument("--python", action="append", choices=PYTHONS, help="only for this Python; may be given again")
    given = parser.parse_args()
    build(given.out, given.python or PYTHONS)
