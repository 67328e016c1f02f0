"""Several departments in one cell are several; a name that is one stays whole."""

import pytest

from review.domain.forms.departments import split_departments


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("企画課、総務課", ["企画課", "総務課"]),
        ("企画課・総務課", ["企画課", "総務課"]),
        ("企画政策課/住宅課", ["企画政策課", "住宅課"]),
        ("企画課\n農政課", ["企画課", "農政課"]),
        ("総務課\n(各課)", ["総務課\n(各課)"]),
        ("総務課(庶務係・人事係)", ["総務課(庶務係・人事係)"]),
        ("まち・ひと・しごと創生課", ["まち・ひと・しごと創生課"]),
        ("子ども・子育て課", ["子ども・子育て課"]),
        ("スポーツ・文化課、学校教育課", ["スポーツ・文化課", "学校教育課"]),
        ("産業政策\n課", ["産業政策課"]),
        ("教育委員会・市民病院", ["教育委員会", "市民病院"]),
        ("全課等", ["全課等"]),
        ("－", []),
        ("総務課、―", ["総務課"]),
        ("該当なし", []),
        ("", []),
    ],
)
def test_a_cell_of_departments(text: str, names: list[str]) -> None:
    assert split_departments(text) == names


def test_a_name_known_as_one_department_stays_whole() -> None:
    assert split_departments("企画部・総務課") == ["企画部", "総務課"]
    assert split_departments("企画部・総務課", known={"企画部・総務課"}) == ["企画部・総務課"]
