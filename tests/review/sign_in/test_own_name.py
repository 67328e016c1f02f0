"""A password is more than the user name."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from review.models import User
from review.sign_in.services.sign_in import OwnNameValidator
from tests.cast import Cast


@pytest.mark.parametrize("again", ["{0}{0}", "{0}{0}{0}", "{0}-{0}-2026", "2026{0}!!!{0}"])
def test_a_password_that_repeats_the_user_name_is_refused(cast: Cast, again: str) -> None:
    """security.md, F8: 'tanto29tanto29' was taken for tanto29."""
    User.objects.filter(pk=cast.head.pk).update(username="tanto29")
    person = User.objects.get(pk=cast.head.pk)
    for password in (again.format("tanto29"), again.format("TANTO29"), again.format("tanto29")):
        with pytest.raises(ValidationError, match="利用者名をくり返しただけ"):
            OwnNameValidator().validate(password, person)
        with pytest.raises(ValidationError):
            validate_password(password, person)
    validate_password("tanto29-and-eight-more", person)
