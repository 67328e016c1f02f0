"""On every page with a wide table, at a desk and on a telephone: no number, day or address in the net breaks inside, no cell
shrinks to a letter, the names have their room, no table and no page scrolls sideways, and long words wrap."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from review import clock
from review.models import AuditEntry, IndicatorYear, Job, JobState, Proxy, Role, User
from tests.cast import YEAR, Cast, settle_background
from workflow import steps

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLAN = f"/plans/dx/{YEAR}"
#: whose page it is, and where
PAGES = [
    ("auditor", "/audit/"), ("administrator", "/jobs/"), ("administrator", "/people/"), ("administrator", "/departments/"),
    ("administrator", "/proxies/"), ("reviewer2", f"{PLAN}/files/"), ("reviewer2", f"{PLAN}/nudge/"),
    ("reviewer2", "/cycles/"), ("approver", f"{PLAN}/board/"), ("reviewer2", f"{PLAN}/departments/"), ("reviewer2", f"{PLAN}/queue/"), ("reviewer2", f"{PLAN}/progress/"),
    ("administrator", "/access/"), ("reviewer2", f"{PLAN}/measures/"),
]  # fmt: skip
#: Each day, number with its unit, or address of the main part that stands on more than one line.
BROKEN = r"""() => {
  const whole = /令和\d+年\d+月\d+日\(.\)|\d+(?:\.\d+){3}|[\d,]*\d(?:[.:]\d+)*(?:%|件|人|開庁日)?/g, broken = [];
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, at = node.parentElement;
    if (!at.checkVisibility() || !at.closest('table') || at.closest('code, .changes, .visually-hidden, option')) continue;
    for (const match of node.data.matchAll(whole)) {
      const range = document.createRange();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      const lines = new Set([...range.getClientRects()].filter((box) => box.width > 1).map((box) => Math.round(box.top)));
      if (lines.size > 1) broken.push(match[0]);
    }
  }
  return broken;
}"""
#: Each cell whose words stand a letter or two a line: Japanese breaks anywhere, so only a least width keeps a column.
SQUEEZED = """() => [...document.querySelectorAll('main tbody :is(th, td):not(.choose)')].filter((cell) => {
  const look = getComputedStyle(cell);
  const room = cell.clientWidth - parseFloat(look.paddingLeft) - parseFloat(look.paddingRight);
  return cell.checkVisibility() && room < 3 * parseFloat(look.fontSize) && cell.innerText.trim().length > 5;
}).map((cell) => cell.innerText.trim())"""

#: What a row is about, where it takes several lines and has less than a fifth of a table of many columns.
CROWDED = """() => [...document.querySelectorAll('main table')].filter(
  (table) => table.checkVisibility() && table.querySelectorAll('thead th').length > 4
).flatMap((table) => [...table.querySelectorAll('tbody :is(th[scope=row]:not(.tight):has(a), .goal-name, .wide)')].filter((cell) => {
  const line = parseFloat(getComputedStyle(cell).lineHeight), words = document.createRange();
  words.selectNodeContents(cell);
  return words.getBoundingClientRect().height > 1.5 * line && cell.offsetWidth < table.offsetWidth / 5;
}).map((cell) => `${cell.innerText.trim()} ${cell.offsetWidth}`))"""
#: Each table of which a column lies beside its frame.
HIDDEN = """() => [...document.querySelectorAll('main .table-wrap')].filter((wrap) => wrap.scrollWidth > wrap.clientWidth + 1)
  .map((wrap) => wrap.querySelector('caption').textContent.trim())"""


def much_to_show(cast: Cast) -> None:
    """A row with long words in every table."""
    cycle = cast.open(2)
    cast.submitted(1)
    missed = cast.submitted(2, "46件")
    steps.confirm(user=cast.reviewer2, review_id=missed.pk, round=missed.round)
    goals = IndicatorYear.objects.filter(indicator__measure=missed.measure_year.measure, fiscal_year__lte=YEAR)
    words = "通信設備の見直し、アセスメント計画作成"
    goals.update(target=words, actual=words, name="市内公民館での各種情報学習の取組回数")
    now, today = clock.now(), clock.today()
    Proxy.objects.create(
        principal=cast.approver, deputy=cast.approver2, role=Role.APPROVER, starts_on=today - timedelta(days=1),
        ends_on=today + timedelta(days=30), reason="長い理由" * 20, named_by=cast.administrator, named_at=now,
    )  # fmt: skip
    settle_background()
    Job.objects.create(
        kind="year_workbook", key="x", cycle=cycle, state=JobState.FAILED, cause="空き容量が足りません。" * 8,
        final=True, attempts=12, not_before=now, created_at=now,
    )  # fmt: skip
    User.objects.create_user(username="a" * 60, email=f"{'b' * 50}@city.example", display_name="長い名前" * 10)


@pytest.mark.drill
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_breaks_inside_and_no_page_scrolls_sideways(cast: Cast, page: Any, sign_in: Any, width: int) -> None:
    much_to_show(cast)
    page.set_viewport_size({"width": width, "height": 900})
    faults: list[str] = []
    for who, path in PAGES:
        sign_in(page, cast.people[who])
        assert page.goto(path).status == 200
        faults += [f"{path}: {one} breaks" for one in page.evaluate(BROKEN)]
        faults += [f"{path}: no room for {one}" for one in page.evaluate(SQUEEZED)]
        if width > 1000:
            faults += [f"{path}: little room for the name {one}" for one in page.evaluate(CROWDED)]
            faults += [f"{path}: a column of {one} is out of sight" for one in page.evaluate(HIDDEN)]
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            faults.append(f"{path}: {wide} wide")
    assert AuditEntry.objects.exists() and not faults, "\n".join(faults)


@pytest.mark.drill
def test_no_page_scrolls_sideways_for_its_english_words(cast: Cast, page: Any, sign_in: Any, live_site: str) -> None:
    much_to_show(cast)
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_site}])
    together = f"{PLAN}/queue/together/?chosen={cast.sheet(1).pk}"
    faults: list[str] = []
    for who, path in [
        *PAGES,
        ("reviewer2", together),
        ("approver", f"{PLAN}/board/?show=all"),
        ("reviewer2", f"{PLAN}/"),
    ]:
        sign_in(page, cast.people[who])
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.goto(path).status == 200 and page.locator("html[lang=en]").count()
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                faults.append(f"{path}: {wide} wide, not {width}")
    assert not faults, "\n".join(faults)


def test_the_queue_begins_on_the_first_screen_of_a_telephone(cast: Cast, page: Any, sign_in: Any) -> None:
    """Its conditions are folded there and open at a desk; what narrows the list now is never hidden."""
    much_to_show(cast)
    sign_in(page, cast.reviewer2)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{PLAN}/queue/")
    first, condition = page.locator("tbody th a").first, page.locator("#f-department")
    box = first.bounding_box()
    assert box["y"] + box["height"] <= 800 and not condition.is_visible()
    page.get_by_text("条件で絞り込む").click()
    assert condition.is_visible()
    page.goto(f"{PLAN}/queue/?department={cast.departments['産業振興課'].pk}")
    assert condition.is_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{PLAN}/queue/")
    assert condition.is_visible() and not page.get_by_text("条件で絞り込む").is_visible()
