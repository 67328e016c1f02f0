"""The published results: what citizens and machines read is the frozen edition, whole and unchanged."""

from __future__ import annotations

import copy
import csv
import gzip
import hashlib
import html
import io
import json
import re
import shutil

import openpyxl
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from review.books.services import editions, workbooks
from review.books.services.editions import Filters
from review.domain.fields import Section, text_keys
from review.domain.grade_words import share
from review.domain.plain_data import canonical
from review.models import Edition, IndicatorYear, MeasureReview, User
from review.publication.services import open_data
from review.publication.views import publication
from tests.cast import YEAR, Cast, settle_background
from tests.frozen import changed, follow, frozen
from tests.review.acting import as_, unguarded, words
from tests.trail import tampering

YEAR_PAGE = f"/results/dx/{YEAR}/"


@pytest.fixture
def edition(cast: Cast) -> Edition:
    return frozen(cast)


@pytest.fixture
def with_its_book(edition: Edition) -> Edition:
    """The same with its workbook made, as the worker would."""
    workbooks.request_edition(edition.cycle, edition.pk)
    settle_background()
    return edition


def page(path: str) -> str:
    """The address's words, for somebody who has not signed in."""
    response = Client().get(path)
    assert response.status_code == 200, path
    return words(response)


def test_before_any_publication_the_index_says_what_will_come(db: None) -> None:
    assert "公表した評価結果はまだありません" in page("/results/")
    assert Client().get(YEAR_PAGE).status_code == 404
    assert Client().get("/results/dx/method/").status_code == 404, "the method is that of a plan"


def test_a_year_under_way_is_not_published(cast: Cast) -> None:
    cast.open(1)
    for path in (YEAR_PAGE, f"{YEAR_PAGE}01-01/", f"{YEAR_PAGE}data.json", f"{YEAR_PAGE}download/"):
        assert Client().get(path).status_code == 404, path


def test_the_index_leads_to_the_year(edition: Edition) -> None:
    text = page("/results/")
    assert "令和6年度" in text and "施策 2" in text and "第1版" in text
    assert f'href="{YEAR_PAGE}"' in Client().get("/results/").content.decode()


def test_every_value_of_the_snapshot_stands_on_its_page(edition: Edition) -> None:
    for measure in edition.snapshot["measures"]:
        shown = page(f"{YEAR_PAGE}{measure['code']}/")
        for one in measure["indicators"]:
            for cell in one["years"]:
                assert all(cell[key] in shown for key in ("name", "target", "actual"))
            assert one["reason"] in shown
        texts = [measure[key] for key in text_keys(Section.CONTENT)] + list(measure["evaluation"].values())
        assert all(text in shown for text in texts)
        assert measure["name"] in shown and measure["owner"] in shown


def test_public_pages_name_offices_and_no_persons(edition: Edition) -> None:
    names = list(User.objects.values_list("display_name", flat=True))
    for path in (
        "/results/",
        YEAR_PAGE,
        f"{YEAR_PAGE}01-01/",
        "/results/dx/method/",
        f"{YEAR_PAGE}data.json",
        f"{YEAR_PAGE}indicators.csv",
    ):
        text = Client().get(path).content.decode()
        assert not [name for name in names if name in text], path


def test_what_changes_afterwards_does_not_reach_the_edition(edition: Edition) -> None:
    before = Client().get(f"{YEAR_PAGE}01-01/").content
    shutil.rmtree(settings.MEGURI_PAGES_ROOT, ignore_errors=True)
    IndicatorYear.objects.update(actual="999件", grade="D")
    MeasureReview.objects.get(measure_year__measure__code="01-01").measure_year.__class__.objects.update(
        name="別の名前"
    )
    after = Client().get(f"{YEAR_PAGE}01-01/").content
    assert before == after


def test_a_page_is_the_same_bytes_for_everyone(edition: Edition, cast: Cast) -> None:
    signed_in, anonymous = as_(cast.reviewer), Client()
    for path in ("/results/", YEAR_PAGE, f"{YEAR_PAGE}01-01/"):
        first, second = signed_in.get(path), anonymous.get(path)
        assert (first.content, first["ETag"]) == (second.content, second["ETag"])
        assert not second.cookies and "Cookie" not in second.get("Vary", "")


# --- the list --------------------------------------------------------------------------------------------------------


def test_the_list_is_searched_and_narrowed_by_its_address(edition: Edition) -> None:
    assert "見本の施策2" in page(f"{YEAR_PAGE}?q=施策2") and "見本の施策1" not in page(f"{YEAR_PAGE}?q=施策2")
    assert "見本の施策1" in page(f"{YEAR_PAGE}?q=０１－０１"), "widths do not count"
    assert "2施策のうち1施策" in page(f"{YEAR_PAGE}?q=01-02")
    assert "2施策" in page(f"{YEAR_PAGE}?grade=A&field=01&department=産業振興課&sort=-grade")
    assert "条件に合う施策はありません" in page(f"{YEAR_PAGE}?q=ありえないことば")
    assert "条件に合う施策はありません" in page(f"{YEAR_PAGE}?grade=Z")


def test_a_search_is_shown_as_typed_and_does_nothing_else(edition: Edition) -> None:
    response = Client().get(YEAR_PAGE, {"q": '"><script>alert(1)</script>', "sort": "';drop", "field": "<b>"})
    assert response.status_code == 200 and b"<script>alert" not in response.content


def row(code: str, grade: str = "", outcome: str = "", name: str = "") -> dict:
    return {
        "code": code, "name": name, "owner": "市民課", "field": {"number": code[:2], "name": "分野"}, "related": [],
        "current_state": "", "description": "", "expected_effect": "", "policy": "", "grade": grade,
        "outcome": outcome, "indicators": [], "evaluation": {},
    }  # fmt: skip


def test_rows_sort_by_grade_best_first_and_those_without_last() -> None:
    rows = [row("01-01", "C"), row("01-02"), row("01-03", "A"), row("01-04", "－")]
    snapshot = {"scale": [{"letter": letter} for letter in "ABCD－"], "measures": rows}
    listed = editions.listed(snapshot, Filters(sort="grade"))
    assert [one["code"] for one in listed] == ["01-03", "01-01", "01-04", "01-02"]


def test_a_search_finds_what_was_aimed_at_reached_and_written_in_either_kana() -> None:
    cells = [{"name": "配布数", "target": "冊子の発行", "actual": "LINEで どろーん講座"}]
    one = row("01-01") | {"evaluation": {"cause": "天候のため"}, "indicators": [{"years": cells}]}
    snapshot = {"scale": [], "measures": [one, row("01-02")]}
    for each in ("冊子", "line", "ドローン", "天候"):
        assert [line["code"] for line in editions.listed(snapshot, Filters(words=each))] == ["01-01"], each


def test_every_word_of_a_search_must_occur() -> None:
    snapshot = {"scale": [], "measures": [row("01-01", name="窓口の ＤＸ 推進"), row("01-02", name="窓口の改善")]}
    assert [one["code"] for one in editions.listed(snapshot, Filters(words="窓口 dx"))] == ["01-01"]


@pytest.mark.parametrize(
    "part, whole, shown",
    [(0, 0, "0.0"), (0, 3, "0.0"), (1, 3, "33.3"), (2, 3, "66.7"), (3, 3, "100.0"), (1, 2000, "0.1"), (1999, 2000, "99.9"), (1, 8, "12.5")],
)  # fmt: skip
def test_shares_are_exact_at_their_ends(part: int, whole: int, shown: str) -> None:
    assert share(part, whole) == shown


# --- charts ----------------------------------------------------------------------------------------------------------


def test_a_renamed_indicator_is_marked_as_a_break() -> None:
    cells = [
        {"fiscal_year": 2022, "name": "利用 件数", "target": "1件", "actual": "1件"},
        {"fiscal_year": 2023, "name": "利用件数", "target": "1件", "actual": "1件"},
        {"fiscal_year": 2024, "name": "利用人数", "target": "1件", "actual": "1件"},
    ]
    one = {"number": 1, "years": cells, "grade": "A", "flags": ["repeated", "definition_changed"], "given_reason": ""}
    shown = editions.indicator(one, 2024)
    assert [y["definition_changed"] for y in shown["table"]["years"]] == [False, False, True]
    assert len(shown["sentences"]) == 2, "every doubt, as in the books and tables; not what was asked of the department"
    assert not any("?" in text or "か。" in text for text in shown["sentences"])


# --- data ------------------------------------------------------------------------------------------------------------


def test_the_json_is_the_snapshot_and_proves_it(edition: Edition) -> None:
    response = Client().get(f"{YEAR_PAGE}data.json")
    document = json.loads(response.content)
    assert document["snapshot"] == edition.snapshot
    assert (
        hashlib.sha256(canonical(document["snapshot"])).hexdigest() == document["edition"]["sha256"] == edition.sha256
    )
    assert document["edition"]["label"] == "第1版"
    assert f"122068_{YEAR}_1.json" in response["Content-Disposition"] or "meguri_" in response["Content-Disposition"]


def test_the_csv_holds_every_typed_value(edition: Edition) -> None:
    content = Client().get(f"{YEAR_PAGE}indicators.csv").content
    assert content.startswith(b"\xef\xbb\xbf") and b"\r\n" in content
    table = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    expected = [
        (m["code"], str(one["number"]), str(cell["fiscal_year"]), cell["name"], cell["target"], cell["actual"])
        for m in edition.snapshot["measures"]
        for one in m["indicators"]
        for cell in one["years"]
    ]
    names = ("施策ID", "指標番号", "年度_西暦", "評価項目", "目標", "実績")
    assert [tuple(unguarded(line[name]) for name in names) for line in table] == expected
    judged = [line for line in table if line["年度_西暦"] == str(YEAR)]
    assert {line["達成区分"] for line in judged} == {"A"} and {line["実績_数値"] for line in judged} == {"120"}
    assert all(not line["達成区分"] for line in table if line["年度_西暦"] != str(YEAR))


@pytest.mark.parametrize("text", ["=1+1", "+5%", "-", "－", "@SUM(A1)", "\tx", "'quoted", "普通", "a\n=b", ""])
def test_no_field_of_the_csv_is_a_formula_and_none_is_lost(text: str) -> None:
    field = open_data.guarded(text)
    assert not field.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(field) == text


def test_the_workbook_is_the_editions_own(with_its_book: Edition) -> None:
    edition = with_its_book
    response = Client().get(f"{YEAR_PAGE}download/")
    content = b"".join(response.streaming_content)
    artifact = edition.artifacts.get(kind="consolidated")
    assert hashlib.sha256(content).hexdigest() == artifact.sha256
    assert "filename*=utf-8''" in response["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert {"01-01", "01-02"} <= set(book.sheetnames)
    assert artifact.sha256 in page(YEAR_PAGE)


def test_a_workbook_that_is_still_being_made_is_announced(edition: Edition) -> None:
    assert "作成中です" in page(YEAR_PAGE)
    assert Client().get(f"{YEAR_PAGE}download/").status_code == 404


# --- revalidation and cost -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", [YEAR_PAGE, f"{YEAR_PAGE}01-01/", f"{YEAR_PAGE}data.json", f"{YEAR_PAGE}indicators.csv"]
)
def test_what_did_not_change_is_not_sent_again(edition: Edition, path: str, django_assert_num_queries) -> None:
    client = Client()
    etag = client.get(path)["ETag"]
    with django_assert_num_queries(1):
        again = client.get(path, headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_other_language_is_another_address(edition: Edition) -> None:
    japanese, english = Client().get(f"{YEAR_PAGE}01-01/"), Client().get(f"/results/en/dx/{YEAR}/01-01/")
    assert english["Content-Language"] == "en" and japanese["Content-Language"] == "ja"
    assert english["ETag"] != japanese["ETag"]
    assert 'lang="en"' in english.content.decode() and "Target" in words(english) and "First edition" in words(english)
    links = re.findall(r'href="(/results/[^"]*)"', english.content.decode())
    other = f"{YEAR_PAGE}01-01/"
    assert other in links and all(link.startswith("/results/en/") for link in links if link != other)


def test_a_page_that_stands_in_the_cache_costs_one_query(edition: Edition, django_assert_num_queries) -> None:
    for path in (YEAR_PAGE, f"{YEAR_PAGE}01-01/", "/results/dx/compare/"):
        first = Client().get(path)
        with django_assert_num_queries(1):
            assert Client().get(path).content == first.content


def test_a_page_costs_few_queries_however_large_the_year(edition: Edition) -> None:
    client = Client()
    paths = (YEAR_PAGE, f"{YEAR_PAGE}01-01/", "/results/", f"{YEAR_PAGE}?q=施策")
    few = [made_anew(client, path) for path in paths]
    snapshot = copy.deepcopy(edition.snapshot)
    snapshot["measures"] *= 20
    with tampering():
        Edition.objects.filter(pk=edition.pk).update(snapshot=snapshot, sha256="0" * 64)
    assert [made_anew(client, path) for path in paths] == few
    assert max(few) <= 5, "the list of plans asks besides what is to be published next"


def made_anew(client: Client, path: str) -> int:
    """How many queries a page costs that stands in no cache."""
    shutil.rmtree(settings.MEGURI_PAGES_ROOT, ignore_errors=True)
    publication._snapshot.cache_clear()
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


# --- older editions --------------------------------------------------------------------------------------------------


def test_an_older_edition_keeps_its_own_addresses(edition: Edition) -> None:
    follow(edition, changed(edition, "01-01", "121件"))
    assert "121件" in page(f"{YEAR_PAGE}01-01/") and "訂正第1版" in page(YEAR_PAGE)
    old = Client().get(f"{YEAR_PAGE}editions/1/01-01/")
    assert "121件" not in words(old) and "この版は訂正されました" in words(old)
    links = re.findall(r'href="(/results/dx/2024[^"]*)"', Client().get(f"{YEAR_PAGE}editions/1/").content.decode())
    inside = [html.unescape(link) for link in links if ("01-0" in link and "plan" not in link) or "data." in link]
    assert inside and all("/editions/1/" in link for link in inside)
    assert Client().get(f"{YEAR_PAGE}editions/3/").status_code == 404
    assert Client().get(f"{YEAR_PAGE}99-99/").status_code == 404


def test_a_page_travels_packed_to_whoever_takes_it_so(edition: Edition) -> None:
    plain = Client().get(YEAR_PAGE)
    packed = Client().get(YEAR_PAGE, headers={"Accept-Encoding": "br, gzip"})
    assert (
        packed["Content-Encoding"] == "gzip"
        and "Accept-Encoding" in packed["Vary"]
        and "Accept-Encoding" in plain["Vary"]
    )
    assert gzip.decompress(packed.content) == plain.content and len(packed.content) < len(plain.content) / 3
    assert packed["ETag"] != plain["ETag"], "a strong mark stands for the bytes"


def test_a_wrong_address_leads_back_to_the_published_years(edition: Edition) -> None:
    for path, language, back in (
        (f"{YEAR_PAGE}99-99/", "ja", "/results/"),
        ("/results/en/dx/2019/", "en", "/results/en/"),
    ):
        response = Client().get(path)
        assert response.status_code == 404
        text = response.content.decode()
        assert f'lang="{language}"' in text and f'href="{back}"' in text and "ホームの一覧" not in text
