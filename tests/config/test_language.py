"""The city's language unless the person chose another; the browser's own wish is not asked."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from config.language import ChosenLanguageMiddleware


def language_of(cookie: str | None) -> tuple[str, str]:
    """The language during the view and the answer's header, for a browser that prefers English."""
    request = RequestFactory(headers={"Accept-Language": "en"}).get("/")
    if cookie is not None:
        request.COOKIES["django_language"] = cookie
    seen = []

    def view(request):
        seen.append(translation.get_language())
        return HttpResponse()

    answer = ChosenLanguageMiddleware(view)(request)
    return seen[0], answer.headers["Content-Language"]


@pytest.mark.parametrize(
    "cookie, language", [(None, "ja"), ("ja", "ja"), ("en", "en"), ("xx", "ja"), ("", "ja"), ("../en", "ja")]
)
def test_language(cookie, language):
    assert language_of(cookie) == (language, language)
