"""Why an uploaded workbook was refused, in the reader's language. The finding itself is stored in Japanese."""

import re

from django.utils.translation import gettext as _

from review.workbook.findings import ADVICE, ANOTHERS, Code

_CELL = re.compile("セル([^:]+): ")


def why_refused(code: str, detail: str) -> str:
    """The finding's sentence for the reader: in Japanese unchanged, else the cell, the cause where it is translated
    into the reader's language, and what to do."""
    advice = ANOTHERS if detail.endswith(ANOTHERS) else ADVICE[Code(code)]
    translation = _(advice)
    if translation == advice or not detail.endswith(advice):
        return detail
    cause = detail.removesuffix(advice)
    cell = _CELL.match(cause)
    what = cause[cell.end() if cell else 0 :].removesuffix("。")
    words = _(what) if what else ""
    parts = [_("セル%(cell)s:") % {"cell": cell[1]} if cell else "", f"{words}." if words != what else "", translation]
    return " ".join(part for part in parts if part)
