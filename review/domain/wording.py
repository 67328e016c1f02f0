"""What reader and judge say, as sentences with gaps: stored in the city's language, and worded anew for other readers.

`sentence` enters one in the table, `made` fills its gaps, and `recognised` finds sentence and facts of a stored text again:
nothing but the text is stored, so what was sealed or published before another language came reads in it too. The end of a
gap's name says what stands there: `sentence` or `words` another of the table (alone, or a part or nothing), `value` a value as
`Quantity.phrase` writes it, `year` a 年度; anything else was typed, and stays as it is.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

_GAP = re.compile(r"%\((\w+)\)s")
#: Each template, and whether it stands alone.
TABLE: dict[str, bool] = {}


def table(path: Path) -> dict[str, list[str]]:
    """{key: the rest of its line} of a file of words with tabs between; a line that begins with # is a remark."""
    lines = (line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {key: rest for key, *rest in lines}


def sentence(template: str) -> str:
    """The template, entered in the table. A % that is no gap is doubled where the template has gaps."""
    TABLE[template] = True
    return template


def part(template: str) -> str:
    """The same of what stands in the gap of a sentence only: alone it might as well have been typed (80%以上)."""
    TABLE.setdefault(template, False)
    return template


def made(template: str, facts: Mapping[str, str]) -> str:
    """The text of a template."""
    return template % facts if facts else template


def recognised(text: str, *, in_gap: bool) -> Iterator[tuple[str, dict[str, str]]]:
    """Each template from which the text may be made, with what stands in its gaps; the one that says most comes first."""
    if text in TABLE and (in_gap or TABLE[text]):
        yield text, {}
    for template, pattern in _patterns(len(TABLE)):
        if (in_gap or TABLE[template]) and (match := pattern.fullmatch(text)):
            yield template, match.groupdict()


@lru_cache(maxsize=1)
def _patterns(_entries: int) -> list[tuple[str, re.Pattern[str]]]:
    with_gaps = (template for template in TABLE if _GAP.search(template))
    return [(one, _pattern(one)) for one in sorted(with_gaps, key=lambda one: -len(_GAP.sub("", one)))]


def _pattern(template: str) -> re.Pattern[str]:
    pieces = enumerate(_GAP.split(template.replace("%%", "%")))
    return re.compile("".join(f"(?P<{one}>.*?)" if place % 2 else re.escape(one) for place, one in pieces), re.S)
