"""Why a workbook was refused: the finding's own sentence in Japanese, what to do in English."""

import re

import pytest
from django.utils import translation

from review.screens.services.incoming import why_refused
from review.workbook.findings import Code, Refused

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")


@pytest.mark.parametrize("code", Code)
@pytest.mark.parametrize("what", ["", "名前の定義が多すぎます"])
def test_every_finding_has_english(code: Code, what: str) -> None:
    finding = Refused(code, what, cell="記入!B4").finding()
    assert why_refused(finding.code, finding.detail) == finding.detail
    with translation.override("en"):
        sentence = why_refused(finding.code, finding.detail)
    assert sentence.startswith("Cell 記入!B4: ") and not JAPANESE.search(sentence.replace("記入!B4", ""))


def test_what_a_clerk_can_mend_is_named() -> None:
    finding = Refused(Code.WRONG_FORM).finding()
    with translation.override("en"):
        assert why_refused(finding.code, finding.detail).startswith("This is not")
