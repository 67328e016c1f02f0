#!/usr/bin/env python
"""Django's command line. Without DJANGO_SETTINGS_MODULE it speaks to the embedded default in var/demo."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    if sys.argv[1:] in (["version"], ["--version"]):
        # Of Meguri, not of Django; also where no setting is made yet.
        from review import VERSION

        print(VERSION)  # noqa: T201
        return
    try:
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit(
            "Django が見つかりません。先に make setup を実行してください。 / Django is missing: run make setup first."
        ) from error
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
