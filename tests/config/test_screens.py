"""The pictures in docs/screens are those that `make screens` takes, and light enough for anybody to load."""

from config.local import screens

ALL = 8_000_000


def test_each_screen_has_its_pictures_and_no_other_is_there() -> None:
    assert {path.name for path in screens.FOLDER.iterdir()} == screens.names(), "run make screens"


def test_the_pictures_are_light() -> None:
    sizes = {path.name: path.stat().st_size for path in screens.FOLDER.iterdir()}
    assert not {name: size for name, size in sizes.items() if size > screens.MOST}
    assert sum(sizes.values()) <= ALL
