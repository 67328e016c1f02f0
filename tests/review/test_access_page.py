"""The page that shows the access table says what reality does."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import get_resolver, reverse

from review import addresses, permissions
from review.screens.views import access_table
from tests.cast import Cast
from tests.review.acting import as_, words
from tests.review.expected_access import EXPECTED
from tests.review.screens.test_access import IDENTITIES, ours

# --- the page --------------------------------------------------------------------------------------------------------


def acts() -> dict[str, addresses.Act]:
    return {address: act for _group, part in addresses.ACTS for address, act in part.items()}


def test_the_page_leaves_no_rule_out() -> None:
    english = {address for address in permissions.ACCESS if address.startswith("publication_en:")}
    assert set(acts()) | set(addresses.NO_ACTS) | english == set(permissions.ACCESS) | {"admin:index"}
    assert not set(acts()) & set(addresses.NO_ACTS)


def test_the_page_says_what_reality_does(cast: Cast) -> None:
    keys = [identity.key for identity in access_table.IDENTITIES]
    assert keys == [name.removesuffix("2") for name in IDENTITIES]
    published = {name for name in EXPECTED if name.startswith("publication:")}
    for address, act in acts().items():
        for place, identity in enumerate(access_table.IDENTITIES):
            shown = access_table.may(identity, identity.person(), address, act)
            if address == "admin:index":
                assert shown == (identity.key == "administrator")
            elif address in published:
                assert shown
            elif address in ("meguri:bundle_make", "meguri:paper_make"):
                # the door is open, and behind it is nothing: nothing is published yet, and no kind of paper was named
                assert shown == (EXPECTED[address][place] == "N")
            elif act.scope == addresses.OF_OWN_THINGS:
                assert not shown or EXPECTED[address][place] in "oN"
            else:
                assert shown == (EXPECTED[address][place] == "o"), f"{address} {identity.key}"


def test_the_page_reads_as_a_table(cast: Cast) -> None:
    page = words(as_(cast.contributor).get(reverse("meguri:access")))
    assert "公表を決定する" in page and "自分の部署が主管するシートだけ" in page


def test_no_address_hides_outside_the_walk() -> None:
    """Whatever Django can reverse was walked."""
    walked = {name for name, _route in ours()}
    named = {key for key in get_resolver().reverse_dict if isinstance(key, str)}
    assert named <= walked


def test_a_view_added_without_a_rule_is_refused(cast: Cast, settings: Any) -> None:
    from django.urls import clear_url_caches

    from tests.review import urls_with_a_stranger

    settings.ROOT_URLCONF = urls_with_a_stranger.__name__
    clear_url_caches()
    try:
        for client in (Client(), as_(cast.administrator)):
            assert client.get("/stranger/").status_code in (302, 403)
        assert as_(cast.administrator).get("/stranger/").status_code == 403
    finally:
        settings.ROOT_URLCONF = "config.urls"
        clear_url_caches()
