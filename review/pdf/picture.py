"""A drawing as a picture of points, by typst, with the fonts inside and no other."""

import typst

from review.pdf import glyphs

PAGE = b'#set page(width: auto, height: auto, margin: 0pt, fill: white)\n#image("drawing.svg")\n'
POINTS = 192.0  #: an inch; twice as many as the drawing has


def png(svg: str) -> bytes:
    """The drawing as PNG; letters that no font has are replaced as on paper."""
    files = {"main.typ": PAGE, "drawing.svg": glyphs.drawable(svg, set()).encode()}
    made: bytes = typst.compile(
        files,  # type: ignore[call-overload]  # its stubs do not know files by name
        font_paths=[str(glyphs.FONTS)],
        ignore_system_fonts=True,
        format="png",
        ppi=POINTS,
    )
    return made
