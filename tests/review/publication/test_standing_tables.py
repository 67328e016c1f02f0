"""The tables of an edition stay as they were published, byte for byte; what later editions have more, they alone have."""

from __future__ import annotations

import copy
import csv
import gzip
import hashlib
import io
import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from review.models import Edition
from review.publication.services import exports, open_data
from review.publication.services.exports import Source
from tests.cast import YEAR, Cast
from tests.frozen import frozen
from tests.releases.make import HERE

#: (kept release, number of the edition): the digests of its tables as that release wrote them.
WRITTEN = {
    ("0.9.0", 1): {
        "indicators.csv": "14821009888c0d5b2807a4993dc156a82674742a7ecaba1e9087b438c2d2719e",
        "measures.csv": "e3410ae143504209bb505f94dc7ee688f2bd9de7963501f3c04cbe895d2b8129",
    },
    ("0.9.0", 2): {
        "indicators.csv": "c566ad5202fcb6e775b7e85ae88375f196aacff6fd6b39e78446a855c8321608",
        "measures.csv": "bb0858200f07309d3baacd425fea24784867c2dbbade1d6022b83c1d95fd2d2e",
    },
}
NEW = {
    "施策の結果コード",
    "目標_単位",
    "実績_単位",
    "向き",
    "判定コード",
    "確認事項",
    "確認事項コード",
    "判定の理由",
    "値の状態",
    "地方公共団体名",
}
GONE = {"自治体名", "単位", "判定の説明", "注記", "実績の状態"}


def published_by(release: str, folder: Path) -> Iterator[tuple[int, Source]]:
    """The editions in the kept release's database."""
    path = folder / "release.sqlite3"
    path.write_bytes(gzip.decompress((HERE / release / "sqlite.gz").read_bytes()))
    query = "SELECT number, kind, published_at, sha256, snapshot FROM review_edition"
    for number, kind, moment, sha256, snapshot in sqlite3.connect(path).execute(query):
        at = datetime.fromisoformat(f"{moment}+00:00")
        edition = Edition(number=number, kind=kind, published_at=at, sha256=sha256, snapshot=json.loads(snapshot))
        yield number, Source(snapshot=edition.snapshot, edition=edition)


@pytest.mark.parametrize("release", sorted({release for release, _number in WRITTEN}))
def test_what_a_release_published_is_the_same_bytes_today(release: str, tmp_path: Path) -> None:
    seen = {}
    for number, source in published_by(release, tmp_path):
        names = open_data.TABLES
        seen[release, number] = {name: hashlib.sha256(exports.FILES[name](source)).hexdigest() for name in names}
    assert seen == {key: digests for key, digests in WRITTEN.items() if key[0] == release}


def rows_of(snapshot: dict[str, Any], name: str = "indicators.csv") -> list[dict[str, str]]:
    content = exports.FILES[name](Source(snapshot=snapshot)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


@pytest.fixture
def snapshot(cast: Cast) -> dict[str, Any]:
    """A goal with nothing but dashes in a year, another that stays without a verdict, and a 施策 that was settled 対象外."""
    snapshot = copy.deepcopy(frozen(cast, 3).snapshot)
    first, second, third = snapshot["measures"]
    first["indicators"][0]["years"][0] |= {"name": "－", "target": "-", "actual": "―"}
    notes = [{"code": "unit_mismatch", "sentence": "目標と実績の単位が合いません。", "answer": "延べ人数のため"}]
    second["indicators"][0] |= {"status": "undetermined", "flags": ["unit_mismatch"], "notes": notes, "grade": "－"}
    third |= {"outcome": "excluded", "grade": ""}
    third["indicators"][0]["status"] = "pending"
    return snapshot


def of(rows: list[dict[str, str]], goal: str, year: int = YEAR) -> dict[str, str]:
    return next(row for row in rows if row["指標ID"] == goal and row["年度_西暦"] == str(year))


def test_a_new_edition_has_codes_beside_words_and_nothing_for_nothing(snapshot: dict[str, Any]) -> None:
    rows = rows_of(snapshot)
    assert set(rows[0]) >= NEW and not GONE & set(rows[0])
    dashes = of(rows, "01-01-1", snapshot["years"][0])
    assert [dashes[name] for name in ("評価項目", "目標", "実績")] == ["", "", ""]
    judged = of(rows, "01-01-1")
    assert (judged["判定"], judged["判定コード"], judged["向き"]) == ("達成", "achieved", "大きいほどよい")
    assert (judged["目標_単位"], judged["実績_単位"]) == ("件", "件")
    doubtful = of(rows, "01-02-1")
    assert (doubtful["判定コード"], doubtful["確認事項コード"]) == ("undetermined", "unit_mismatch")
    assert "単位が違い" in doubtful["評価できない理由"] and "延べ人数のため" in doubtful["確認事項"]
    aside = of(rows, "01-03-1")
    assert (aside["判定"], aside["判定コード"], aside["施策の結果"], aside["施策の結果コード"]) == (
        "対象外", "excluded", "対象外", "excluded",
    )  # fmt: skip
    assert {row["施策の結果"] for row in rows_of(snapshot, "measures.csv")} == {"A", "対象外"}
    assert of(rows, "01-01-1", snapshot["years"][0])["判定コード"] == "", "other years are not judged in this edition"


def test_units_of_target_and_result_are_their_own(snapshot: dict[str, Any]) -> None:
    snapshot["measures"][0]["indicators"][0]["years"][2] |= {"target": "5箇所", "actual": "7回"}
    row = of(rows_of(snapshot), "01-01-1", snapshot["measures"][0]["indicators"][0]["years"][2]["fiscal_year"])
    assert (row["目標_数値"], row["目標_単位"], row["実績_数値"], row["実績_単位"]) == ("5", "箇所", "7", "回")


def test_an_older_edition_has_the_columns_it_was_published_with(snapshot: dict[str, Any]) -> None:
    rows = rows_of(snapshot | {"schema": 3})
    assert set(rows[0]) >= GONE and not NEW & set(rows[0])
    dashes = of(rows, "01-01-1", snapshot["years"][0])
    assert [dashes[name] for name in ("評価項目", "目標", "実績")] == ["－", "'-", "―"]
    assert (of(rows, "01-03-1")["判定"], of(rows, "01-03-1")["施策の結果"]) == ("実績なし", "excluded")
    columns = open_data.indicator_columns({**snapshot, "schema": 3})
    assert [one.title for one in columns] == list(rows[0])
