"""A real S3-compatible store for tests: moto's server as a process of its own, with one bucket."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import boto3

from config.local import processes

BASE_DIR = Path(__file__).resolve().parents[1]
BUCKET = "meguri-files"
KEYS = {"MEGURI_S3_ACCESS_KEY": "tests", "MEGURI_S3_SECRET_KEY": "tests-only"}


class Store:
    """Where it answers, and its process, for tests that take it away."""

    def __init__(self, folder: Path) -> None:
        self.port = processes.free_port()
        self.process = processes.start(
            "store", [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", self.port],
            log=folder / "store.log", env=dict(os.environ),
        )  # fmt: skip
        processes.wait_until(lambda: processes.port_taken(self.port), process=self.process, seconds=90)
        self.bucket.create()

    @property
    def env(self) -> dict[str, str]:
        """The operator's settings that name it."""
        return {"MEGURI_S3_BUCKET": BUCKET, "MEGURI_S3_URL": f"http://127.0.0.1:{self.port}", **KEYS}

    @property
    def bucket(self) -> Any:
        """The bucket as somebody beside the product sees it."""
        return boto3.resource(
            "s3", endpoint_url=f"http://127.0.0.1:{self.port}", region_name="us-east-1",
            aws_access_key_id="tests", aws_secret_access_key="tests-only",
        ).Bucket(BUCKET)  # fmt: skip

    def names(self) -> set[str]:
        return {one.key for one in self.bucket.objects.all()}


@contextmanager
def running(folder: Path) -> Iterator[Store]:
    """A store, gone with the block."""
    store = Store(folder)
    try:
        yield store
    finally:
        store.process.stop()


def storages(env: dict[str, str]) -> dict[str, Any]:
    """STORAGES as the settings make them of these variables."""
    with mock.patch.dict(os.environ, env):
        made: dict[str, Any] = runpy.run_path(str(BASE_DIR / "config" / "settings" / "base.py"))["STORAGES"]
    return made
