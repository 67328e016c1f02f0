"""Passwords for many: made by a job that goes on where it stopped, sealed until they are fetched, once."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse

from review import clock
from review.background.services import jobs
from review.domain.people_list import lines_of, rows_of_csv
from review.domain.refusals import NotAllowed
from review.models import AuditEntry, FirstPassword, User
from review.people.services import first_passwords, people, people_import, sealing
from tests.cast import Cast
from tests.review.acting import as_, words

HEAD = "利用者名,氏名,メール,役割,部署\n"
TEXT = HEAD + "".join(f"20{number:02},新人 {number},,担当者,産業振興課\n" for number in range(4))


def take(cast: Cast) -> list[User]:
    lines = lines_of(rows_of_csv(TEXT.encode()))
    return people_import.apply(by=cast.administrator, lines=lines, way=people_import.ADD, day=clock.today())


def run() -> str:
    return jobs.run(next(iter(jobs.due_ids())))


def test_an_interrupted_job_goes_on_and_the_same_file_loses_no_password(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(take(cast)) == 4
    one, count = first_passwords.make_one, iter(range(9))

    def stops(pk: int) -> None:
        if next(count) == 2:
            raise ConnectionError
        one(pk)

    with monkeypatch.context() as patch:
        patch.setattr(first_passwords, "make_one", stops)
        assert run() == "failed"
    half = dict(FirstPassword.objects.exclude(sealed="").values_list("user", "sealed"))
    assert len(half) == 2
    assert take(cast) == []
    first_passwords.make_all()
    made = {row.user_id: row.sealed for row in FirstPassword.objects.all()}
    assert len(made) == 4 and half.items() <= made.items() and all(made.values())
    fetched = first_passwords.fetch(by=cast.administrator)
    for row in fetched:
        assert User.objects.get(pk=row.user.pk).check_password(row.password) and row.password not in "".join(
            made.values()
        )
    assert len(fetched) == 4 and not FirstPassword.objects.exists()
    assert first_passwords.fetch(by=cast.administrator) == []
    trail = str([(entry.before, entry.after) for entry in AuditEntry.objects.all()])
    assert AuditEntry.objects.filter(action="people.passwords_fetched").count() == 1
    assert not any(row.password in trail for row in fetched)


def test_a_list_that_cannot_be_handed_over_stays(cast: Cast) -> None:
    take(cast)
    first_passwords.make_all()

    def breaks(_made: object) -> None:
        raise OSError

    with pytest.raises(OSError):
        first_passwords.fetch(by=cast.administrator, take=breaks)
    assert first_passwords.standing()["made"] == 4


def test_it_is_for_the_administrator_and_goes_after_two_weeks(cast: Cast) -> None:
    take(cast)
    first_passwords.make_all()
    with pytest.raises(NotAllowed):
        first_passwords.fetch(by=cast.reviewer)
    with pytest.raises(NotAllowed):
        first_passwords.issue_anew(by=cast.reviewer, users=[cast.head])
    assert first_passwords.remove_old() == 0
    FirstPassword.objects.update(made_at=clock.now() - timedelta(days=15))
    assert first_passwords.remove_old() == 4


def test_a_single_new_password_takes_the_sealed_one_away(cast: Cast) -> None:
    one = take(cast)[0]
    first_passwords.make_all()
    people.reset_password(by=cast.administrator, user_id=one.pk)
    assert one.pk not in {row.user.pk for row in first_passwords.fetch(by=cast.administrator)}


def test_what_no_key_opens_any_more_is_made_anew(cast: Cast) -> None:
    take(cast)
    first_passwords.make_all()
    foreign = sealing.seal_of("another key", first_passwords.PURPOSE).encrypt(b"x").decode()
    lost = FirstPassword.objects.all()[0]
    FirstPassword.objects.filter(pk=lost.pk).update(sealed=foreign)
    assert len(first_passwords.fetch(by=cast.administrator)) == 3
    assert first_passwords.standing()["to_make"] == 1


def test_many_are_issued_anew_on_the_screen_and_fetched_as_csv(cast: Cast) -> None:
    client, address = as_(cast.administrator), reverse("meguri:first_passwords_anew")
    shown = client.post(address, {"role": "head", "never": ""})
    assert "新しい仮のパスワード" in words(shown) and not FirstPassword.objects.exists()
    done = client.post(address, {"role": "head", "sure": "1"})
    assert done.status_code == 303
    old = User.objects.get(pk=cast.head.pk).password
    run()
    assert User.objects.get(pk=cast.head.pk).password != old
    text = client.post(done.url, {"as": "csv"}).content.decode("utf-8-sig")
    assert cast.head.username in text and not FirstPassword.objects.exists()


def test_the_command_writes_a_file_that_only_its_owner_reads(cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(TEXT)
    out = tmp_path / "passwords.csv"
    args = ("import_people", str(tmp_path / "list.csv"), "--by", cast.administrator.username, "--passwords", str(out))
    call_command(*args)
    assert (
        stat.S_IMODE(out.stat().st_mode) == 0o600 and "2003" in out.read_text() and not FirstPassword.objects.exists()
    )
    with pytest.raises(CommandError, match="新しいファイルを作れません"):
        call_command(*args)


def test_no_cell_begins_a_formula() -> None:
    assert first_passwords.harmless("=1+1") == "'=1+1" and first_passwords.harmless("山田") == "山田"
    assert sealing.seals("a").decrypt(sealing.seal_of(settings.SECRET_KEY, "a").encrypt(b"x")) == b"x"


def test_a_temporary_password_is_easy_to_copy_from_paper() -> None:
    made = {first_passwords.temporary_password() for _each in range(50)}
    assert (
        len(made) == 50 and set("".join(made)) <= set(first_passwords.LETTERS) and not set("".join(made)) & set("l0o1")
    )
