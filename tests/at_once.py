"""Several acts at the same moment, each on a database connection of its own."""

import threading
from collections.abc import Callable

from django.db import connection

from review.domain.refusals import Refusal


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run the acts in threads that start together; returns the sentences of those that were refused."""
    gate, refused, broken = threading.Barrier(len(acts)), [], []

    def run(act: Callable[[], object]) -> None:
        try:
            gate.wait()
            act()
        except Refusal as refusal:
            refused.append(str(refusal))
        except Exception as error:
            broken.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not broken, broken
    return refused
