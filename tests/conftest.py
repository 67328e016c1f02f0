"""Fixtures that the whole suite shares."""

import shutil
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples

from tests import audited, prepared, remembered, trail
from tests.cast import Cast
from tests.services_plugin import touches_database

# Speed is measured in the bench: on a busy machine a slow example is no finding.
examples.register_profile("unhurried", examples.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("unhurried")


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> bool:
    """Whether the database exists already. On SQLite it does: a copy of the prepared file, in this run's own folder."""
    from django.db import connection

    if connection.vendor == "sqlite":
        shutil.copy(prepared.sqlite(), connection.creation._get_test_db_name())
        return True
    return bool(request.config.getvalue("reuse_db"))


@pytest.fixture(scope="session", autouse=True)
def emptied_between_tests() -> Iterator[None]:
    """Between two tests the audit trail and the editions are emptied; nothing else may do so, in tests as in the city."""
    with trail.emptying_opens_the_trail():
        yield


@pytest.fixture(scope="session", autouse=True)
def every_request_is_audited() -> Iterator[None]:
    """No test can change a record through an address without a row in the trail."""
    with audited.every_request_is_audited():
        yield


@pytest.fixture(scope="session", autouse=True)
def the_cast_is_remembered() -> Iterator[None]:
    """A world that was played once in this process is put back for the next test that asks for it."""
    with remembered.remembering():
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    """The shared cast. Rolled back afterwards; a test that needs real commits asks for `transactional_db` as well."""
    return Cast.build()


@pytest.fixture(autouse=True)
def quiet_bell(request: pytest.FixtureRequest) -> Iterator[None]:
    """Without a worker nobody listens: the bell stays silent, and the test does the background work itself."""
    from review.background.services import doorbell

    registered = list(doorbell._registered)
    if "worker" not in request.fixturenames:
        doorbell._registered.clear()
    yield
    doorbell._registered[:] = registered


@pytest.fixture(autouse=True)
def own_files(request: pytest.FixtureRequest) -> None:
    """Files and kept pages of a test without processes go to its own folder. What touches no database writes none."""
    if "worker" in request.fixturenames or "live_site" in request.fixturenames or not touches_database(request.node):
        return
    settings, folder = request.getfixturevalue("settings"), request.getfixturevalue("tmp_path")
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": str(folder / "files"), "base_url": None}},
    }
    # A page is known by its edition, and the same edition is put back for several tests.
    settings.MEGURI_PAGES_ROOT = folder / "pages"
