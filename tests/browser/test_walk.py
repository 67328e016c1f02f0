"""One year through the screens, as its people: from sign-in to the published page, with pictures of each screen."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import override_settings

from review.models import Cycle, MeasureReview, User
from tests.cast import PASSWORD, YEAR, Cast

pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.django_db(transaction=True)]


class Person:
    """One person at a browser of their own."""

    def __init__(
        self, page: Any, user: User, look: Callable[[Any, str], Any], axe: Callable[[Any], list[dict]]
    ) -> None:
        self.page, self.user, self._look, self._axe = page, user, look, axe

    def sign_in(self) -> None:
        """Through the form, as at the start of a working day."""
        self.page.goto("/accounts/login/")
        self.page.get_by_label("利用者名").fill(self.user.username)
        self.page.get_by_label("パスワード", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="サインイン").click()
        self.page.get_by_role("heading", name="ホーム").wait_for()

    def press(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def follow(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def look(self, name: str) -> None:
        """Keep a picture, and let the accessibility rules look as well."""
        self._look(self.page, name)
        serious = [violation for violation in self._axe(self.page) if violation["impact"] in ("serious", "critical")]
        assert not serious, (name, serious)

    def see(self, text: str | re.Pattern[str]) -> None:
        self.page.get_by_text(text).first.wait_for()


@pytest.fixture
def enter(new_page, screenshot, axe) -> Callable[[User], Person]:
    """enter(user): that person, signed in at a browser of their own."""

    def begin(user: User) -> Person:
        person = Person(new_page(), user, screenshot, axe)
        person.sign_in()
        return person

    return begin


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def test_a_year_through_the_screens(cast: Cast, worker, enter, new_page, screenshot, axe) -> None:
    cast.draft(2)
    open_the_year(enter(cast.reviewer2), worker)
    clerk = enter(cast.contributor)
    clerk.look("home-department")
    for number in (1, 2):
        fill_and_submit(clerk, cast.sheet(number), "120件")
    reviewer = enter(cast.reviewer)
    return_one(reviewer, cast.sheet(1))
    correct_and_submit(clerk, cast.sheet(1))
    for number in (1, 2):
        confirm(reviewer, cast.sheet(number))
    approver = enter(cast.approver)
    approve_all(approver)
    worker.wait_for(lambda: Cycle.objects.get().state == "deciding")
    publish(approver)
    worker.wait_for(lambda: Cycle.objects.get(fiscal_year=YEAR).state == "published")
    citizen = Person(new_page(), cast.contributor, screenshot, axe)
    citizen.page.goto(f"/results/dx/{YEAR}/")
    citizen.see("見本の施策1")
    citizen.look("results")
    citizen.follow(re.compile("見本の施策1"))
    citizen.page.get_by_role("cell", name="120件").first.wait_for()
    citizen.look("results-measure")


def open_the_year(person: Person, worker: Any) -> None:
    person.page.goto(f"/plans/dx/{YEAR}/")
    person.look("cycle-draft")
    person.follow(re.compile("開始"))
    person.look("open-year")
    person.press(re.compile("開始する"))
    worker.wait_for(lambda: MeasureReview.objects.count() == 2)


def fill_and_submit(person: Person, review: MeasureReview, actual: str) -> None:
    person.page.goto(f"/sheets/{review.pk}/entry/1/")
    for box in person.page.locator("textarea[name*='actual']").all():
        box.fill(actual)
    person.look("entry-1")
    person.press("確認・提出")
    person.look("submit")
    person.press("提出する")
    person.see("提出済")


def return_one(person: Person, review: MeasureReview) -> None:
    person.page.goto(f"/plans/dx/{YEAR}/queue/")
    person.look("queue")
    person.page.goto(f"/sheets/{review.pk}/review/")
    person.look("review")
    person.page.get_by_text("この項目を指摘する").first.click()
    person.page.locator("textarea[name*='indicator']").first.fill("数え方を確かめてください。")
    person.press(re.compile("差し戻す"))
    person.see(re.compile("差し?戻し"))


def correct_and_submit(person: Person, review: MeasureReview) -> None:
    person.page.goto("/")
    person.look("home-returned")
    person.page.goto(f"/sheets/{review.pk}/entry/1/")
    person.see("数え方を確かめてください。")
    assert not person.page.locator("[data-restored]").is_visible()
    person.look("entry-returned")
    person.page.locator("textarea[name*='actual']:not([readonly]):not([disabled])").first.fill("121件")
    person.press("確認・提出")
    person.press("提出する")
    person.see("提出済")


def confirm(person: Person, review: MeasureReview) -> None:
    person.page.goto(f"/sheets/{review.pk}/review/")
    person.press(re.compile("^確認する"))
    person.see("確認済")


def approve_all(person: Person) -> None:
    person.page.goto(f"/plans/dx/{YEAR}/board/")
    person.look("board")
    for box in person.page.locator("input[name=chosen]").all():
        box.check()
    person.press(re.compile("承認する"))
    person.see("承認済")


def publish(person: Person) -> None:
    person.page.goto(f"/plans/dx/{YEAR}/board/decide/")
    person.look("decide")
    person.press(re.compile("公表"))
    person.page.wait_for_load_state()
