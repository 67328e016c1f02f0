"""One of several processes that make the pages of a large plain site: reads its task, writes its pages, reports its progress.

`python -m review.publication.views.page_maker TASK OUT`; both files belong to the process that started this one (`plain_files`).
Asks the database nothing.
"""

import pickle
import sys
from pathlib import Path

import django


def main(task: Path, out: Path) -> None:
    """Make the pages of the task."""
    django.setup()
    from review.publication.views import plain_files

    stock, work, known = pickle.loads(task.read_bytes())  # noqa: S301 - written by our own parent process
    with out.open("wb") as stream:
        for number, file in enumerate(plain_files.pages_in(stock, work, known), start=1):
            pickle.dump(file, stream)
            if number % 50 == 0:
                print(number, flush=True)  # noqa: T201 - this is how the parent hears of it


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
