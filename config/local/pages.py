"""`make pages`: workbooks as a person sees them. Renders each .xlsx to a PDF, and to images where pdftoppm exists.

Without file names it takes the workbooks that the last demo made. The pages land in build/pages.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
PAGES = BASE_DIR / "build" / "pages"
FONTS = BASE_DIR / "review" / "pdf" / "fonts"
# Its digits, by which column widths are counted (review.workbook.styles), have these fonts too.
AS_WIDE_AS_ARIAL = ("Arial", "Liberation Sans", "Arimo")
MADE_BY_DEMO = BASE_DIR / "var" / "demo" / "files"


def main(names: list[str]) -> int:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        print("LibreOffice がありません。 / LibreOffice is absent.", file=sys.stderr)
        return 1
    books = [Path(name) for name in names] or sorted(MADE_BY_DEMO.rglob("*.xlsx"))
    if not books:
        print("帳票がありません。先に make demo ARGS=--exit を実行してください。 / No workbook.", file=sys.stderr)
        return 1
    PAGES.mkdir(parents=True, exist_ok=True)
    lend_fonts()
    warn_of_widths()
    convert(office, books)
    return max(map(render, books))


def lend_fonts() -> None:
    """The form's own font, where LibreOffice looks for a person's: a machine without it would show another's widths."""
    home = PAGES / ".fonts"
    home.mkdir(exist_ok=True)
    for font in FONTS.glob("*.ttf"):
        shutil.copy(font, home / font.name)


def warn_of_widths() -> None:
    """Column widths are counted in digits of Arial: another font in its place makes every column wider or narrower."""
    if not shutil.which("fc-match"):
        return
    env = {**os.environ, "HOME": str(PAGES)}
    font = subprocess.run(["fc-match", "Arial"], capture_output=True, text=True, env=env).stdout
    if not any(name in font for name in AS_WIDE_AS_ARIAL):
        print(
            f"Arial と同じ幅の書体がなく、列の幅が実際と違います。 / No font as wide as Arial: columns differ. ({font.strip()})",
            file=sys.stderr,
        )


def convert(office: str, books: list[Path]) -> None:
    """Renders all workbooks to PDFs in one run of LibreOffice."""
    for book in books:
        pdf_of(book).unlink(missing_ok=True)
    # A profile of our own: LibreOffice refuses to start beside an open window of the same person.
    profile = (PAGES / ".profile").as_uri()
    subprocess.run(
        [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir", PAGES, *books],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(PAGES)},
    )


def pdf_of(book: Path) -> Path:
    return PAGES / f"{book.stem}.pdf"


def render(book: Path) -> int:
    """Images of one workbook's PDF; returns 0, or 1 where LibreOffice made none of it."""
    pdf = pdf_of(book)
    if not pdf.exists():
        print(f"{book}: 変換できませんでした / not rendered", file=sys.stderr)
        return 1
    if shutil.which("pdftoppm"):
        subprocess.run(["pdftoppm", "-r", "80", "-png", pdf, PAGES / book.stem], check=True)
    print(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
