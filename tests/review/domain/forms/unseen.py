"""The forms under data/unseen, each beside its reading, as cases like those that are typed."""

import json
from dataclasses import dataclass
from pathlib import Path

from review.domain.forms.grid import Grid
from review.domain.separated import read_separated
from review.workbook import form_grids
from review.workbook.book_reader import opened
from tests.review.domain.forms.books import Case


@dataclass(kw_only=True)
class FileCase(Case):
    """A form that lies beside its reading as a file."""

    path: Path

    def grids(self) -> list[Grid]:
        if self.path.suffix == ".csv":
            return [read_separated(self.path.read_bytes())]
        return form_grids.read_grids(opened(self.path))


UNSEEN_FILES = [
    FileCase(name=path.stem, path=path, pages=[], measures=json.loads(path.with_suffix(".json").read_text()))
    for path in sorted((Path(__file__).parent / "data/unseen").iterdir())
    if path.suffix != ".json"
]
