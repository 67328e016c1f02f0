"""The doubts that readers of a plan's file have, by code (with a word behind it where a code says several things): what
each says, and what it usually proposes: the lines of doubts.tsv. Sentences of `wording`."""

from collections.abc import Mapping
from pathlib import Path

from review.domain.wording import part, sentence, table

#: {code: (sentence, usual proposal)}
DOUBTS: dict[str, tuple[str, str]] = {
    says: (sentence(detail), part(proposal[0]) if proposal else "")
    for says, (detail, *proposal) in table(Path(__file__).with_name("doubts.tsv")).items()
}
#: The codes of which a proposal is the product's words; that of another is what would be typed.
OURS = {says.partition(":")[0] for says, (_detail, proposal) in DOUBTS.items() if proposal} | {"loose_word"}

#: Those that are no doubt of the reading: what has no place in the plan, and what the plan needed and the file did not have.
LEFT_OUT = {says.partition(":")[0] for says, (_detail, proposal) in DOUBTS.items() if proposal == part("取り込まない")}
MADE = frozenset({"code_made", "department_made", "field_proposed"})

#: A doubt with the place of which it speaks; the places; further proposals.
PLACED = sentence("%(place_item)s: %(doubt_sentence)s")
IN_SHEET, SHEET, LINE = map(part, ("シート「%(title)s」の%(cell)s", "シート「%(title)s」", "%(line)s行目"))
OF_YEARS = part("%(row_item)s(%(all_years)s)")
COLUMN, COLUMNS, NO_HEADING = map(part, ("「%(label)s」の欄", "「%(names)s」の各欄", "見出しのない欄"))
NO_MARK = part("不要な印として消す")
MORE = part("%(names)s ほか%(count)s件")
WAYS = {"up": part("大きいほどよい"), "down": part("小さいほどよい")}


def doubt(says: str, proposal: str | None, facts: Mapping[str, object]) -> dict[str, str]:
    """Code, detail and proposal of a doubt; the usual proposal where None is given."""
    detail, usual = DOUBTS[says]
    proposed = usual % facts if proposal is None else proposal
    return {"code": says.partition(":")[0], "detail": detail % facts, "proposal": proposed}
