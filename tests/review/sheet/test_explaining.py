"""要因 and 対応, asked for on the page of the 実績 that misses its target."""

from django.urls import reverse

from review.sheet.services import submission
from tests.cast import Cast
from tests.review.acting import as_, hidden
from tests.review.sheet.test_entry import ONE, TWO, opened, step_url


def test_what_explains_a_missed_target_comes_to_the_page_of_the_value_once(cast: Cast) -> None:
    """Beside a value saved while one types; what is typed there is saved, is not asked for again, and leads past its step."""
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    autosave = reverse("meguri:autosave", args=[review.pk])
    form = {**opened(client, step_url(review)), "step": "1"}
    assert 'name="cause"' not in client.post(autosave, {**form, ONE: "120件"}).content.decode()
    answer = client.post(autosave, {**form, ONE: "120件", TWO: "70件"})
    assert all(f'name="{key}"' in answer.content.decode() for key in ("cause", "response"))
    form |= {name: hidden(answer, name) for name in ("version", "was")}
    typed = {**form, ONE: "120件", TWO: "70件", "cause": "周知が足りませんでした。", "response": ""}
    assert 'id="why"' not in client.post(autosave, typed).content.decode()
    assert submission.current_texts(cast.sheet())["cause"] == "周知が足りませんでした。"
    assert client.post(step_url(review), {**typed, "action": "next"}).url == step_url(review, 3)
    assert "周知が足りませんでした。" in client.get(step_url(review)).content.decode()


def test_what_was_written_is_not_shown_again_where_every_target_is_met(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.fill(cast.sheet(), "120件"), as_(cast.contributor)
    page = client.get(step_url(review))
    assert 'name="cause"' not in page.content.decode()
    form = {"version": hidden(page, "version"), "was": hidden(page, "was"), ONE: "121件", "action": "next"}
    assert client.post(step_url(review), form).url == step_url(review, 2)
