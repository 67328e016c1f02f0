"""Fixtures that the whole suite shares."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import audited, trail
from tests.cast import Cast


@pytest.fixture(scope="session", autouse=True)
def emptied_between_tests() -> Iterator[None]:
    """Django's flush between tests may empty the audit trail and the editions; nothing else may, in tests as in the city."""
    with trail.flush_opens_the_trail():
        yield


@pytest.fixture(scope="session", autouse=True)
def every_request_is_audited() -> Iterator[None]:
    """No test can change a record through an address without a row in the trail."""
    with audited.every_request_is_audited():
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    """The shared cast. Rolled back afterwards; a test that needs real commits asks for `transactional_db` as well."""
    return Cast.build()


@pytest.fixture(autouse=True)
def quiet_bell(request: pytest.FixtureRequest) -> Iterator[None]:
    """Without a worker nobody listens: the bell stays silent, and the test does the background work itself."""
    from review.services import doorbell

    kept = list(doorbell._registered)
    if "worker" not in request.fixturenames:
        doorbell._registered.clear()
    yield
    doorbell._registered[:] = kept


@pytest.fixture(autouse=True)
def own_files(request: pytest.FixtureRequest, settings, tmp_path: Path) -> None:
    """Files and mails of a test without processes go to its own folder."""
    if "worker" in request.fixturenames or "live_site" in request.fixturenames:
        return
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path / "files"), "base_url": None}},
    }
