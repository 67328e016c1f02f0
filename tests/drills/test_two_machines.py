"""Two machines with web, worker and books each, which share the database, the broker, the store of files and the place of the
anchors, and nothing else: what one makes the other hands out, and one alone finishes the year. Long: `make drills`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.local import broker, postgres, processes
from tests import prepared
from tests.config.test_compose import Stack, answers
from tests.drills.test_first_run import Town, city_and_offices, open_year, people, plan
from tests.drills.test_whole_year import (
    LIST,
    approve_and_publish,
    confirm_all,
    confirm_definitions,
    fill_and_submit,
    wait_for,
)
from tests.review.sheet.test_evidence import PDF
from tests.store import Store
from tests.store import running as store_running

pytestmark = [pytest.mark.drill, pytest.mark.services, pytest.mark.browser, pytest.mark.timeout(1500)]


class Machine(Stack):
    """One of several: with a name of its own, and only the shared places shared."""

    def __init__(self, name: str, folder: Path, shared: dict[str, str]) -> None:
        super().__init__(folder / name, shared["DATABASE_URL"], shared["REDIS_URL"])
        self.name = name
        self.addresses |= {**shared, "MEGURI_HTTPS": "off"}

    def words(self, service: str) -> list[str]:
        """Each machine's host has its own name, which Celery takes; here both have the same."""
        words = super().words(service)
        if service in ("worker", "books"):
            words = [word for word in words if word not in ("--hostname", "books@%h")]
            words += ["--hostname", f"{service}@{self.name}"]
        return words

    def begin(self, *services: str) -> None:
        for service in services:
            process = self.start(service)
            if service == "web":
                processes.wait_until(lambda: answers(self.port), process=process, seconds=300)

    def power_cut(self) -> None:
        for process in self.running:
            process.kill()


@pytest.fixture
def machines(browser: Any, tmp_path: Path) -> Iterator[tuple[Town, Town, Store]]:
    server = postgres.start(ours=True, data=prepared.cluster())
    ringing = broker.start(tmp_path / "broker", ours=True)
    towns: list[Town] = []
    with store_running(tmp_path) as store:
        shared = {
            "DATABASE_URL": prepared.address(server.url), "REDIS_URL": ringing.url,
            "MEGURI_ANCHOR_ROOT": str(tmp_path / "anchors"), **store.env,
        }  # fmt: skip
        try:
            for name in ("one", "two"):
                towns.append(Town(Machine(name, tmp_path, shared), browser))
            first = towns[0].stack
            first.start("migrate")
            first.wait_until_healthy("migrate", first.says("migrate", "の権限を設定しました"), seconds=600)
            for town in towns:
                town.manage("collectstatic", "--noinput", "--verbosity", "0")
                town.stack.begin("web", "worker", "books")
            towns[1].stack.begin("beat")
            yield towns[0], towns[1], store
        finally:
            for town in towns:
                for context in town.contexts:
                    context.close()
                town.stack.stop()
            ringing.stop()
            server.stop()


def at(town: Town, page: Any) -> Any:
    """The same person's browser at the other machine, as a balancer would send it there."""
    other = town.visitor()
    other.context.add_cookies(page.context.cookies())
    return other


def files_of(town: Town) -> list[Path]:
    return [path for path in (town.stack.folder / "data").glob("files/**/*") if path.is_file()]


def test_two_machines_share_a_year_and_one_finishes_it(machines: tuple[Town, Town, Store], tmp_path: Path) -> None:
    one, two, store = machines
    admin = one.person("admin", one.manage("enrol_administrator", "admin", "管理 五月").strip().rpartition(" ")[2])
    city_and_offices(admin)
    plan(admin)
    listed = tmp_path / "list.csv"
    listed.write_text(LIST, encoding="cp932")
    two.manage("import_plan", str(listed), "--plan", "dx", "--year", "2024")
    passwords = people(admin, tmp_path)
    two.manage("draft_year", "dx", "2024")
    office = two.person("r1", passwords["r1"])
    open_year(office)
    confirm_definitions(office)

    clerk = one.person("c1", passwords["c1"])
    fill_and_submit(clerk, "12")
    (paper := tmp_path / "集計.pdf").write_bytes(PDF)
    clerk.goto("/")
    clerk.get_by_role("link", name=re.compile("入力を始める")).first.click()
    clerk.wait_for_load_state("load")  # the script that sends the file is there from then on
    clerk.locator("input[type=file]").first.set_input_files(str(paper))
    processes.wait_until(lambda: "evidence/" in "".join(store.names()), process=store.process, seconds=120)
    fill_and_submit(at(two, clerk), "90")
    confirm_all(at(one, office))

    wait_for(at(two, office), "/plans/dx/2024/files/", "/download/")
    links = offered(at(one, office))
    first, second = (sizes(at(town, office), links) for town in (one, two))
    assert first == second and all(first.values()), "either machine hands out what one of them made"
    assert files_of(one) == files_of(two) == [], "nothing lies on a machine"

    one.stack.power_cut()
    approver = two.person("a1", passwords["a1"])
    approve_and_publish(approver)
    citizen = two.visitor()
    wait_for(citizen, "/results/dx/2024/", "第1版")
    assert all(name in citizen.content() for name in ("商店街を支える", "創業を支える"))
    wait_for(at(two, office), "/cycles/", "令和7年度")
    assert "異常" not in two.manage("check_files") and two.manage("verify_editions")


def offered(page: Any) -> list[str]:
    """The address of each file that the page of files offers now."""
    page.goto("/plans/dx/2024/files/")
    links: list[str] = page.locator("a[href^='/files/']").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    assert links
    return links


def sizes(page: Any, links: list[str]) -> dict[str, int]:
    """How long each file is, as this machine hands it out."""
    answers_of = {link: page.request.get(link) for link in links}
    assert all(answer.ok for answer in answers_of.values()), {link: a.status for link, a in answers_of.items()}
    return {link: len(answer.body()) for link, answer in answers_of.items()}
