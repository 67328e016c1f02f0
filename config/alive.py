"""`python config/alive.py [HOST:PORT]`: does the web process answer? Exit status 0 or 1, one line why.

A program of its own: a container's engine asks all day, and Django takes a second to begin.
"""

import sys
from http.client import HTTPConnection, HTTPException


def problem(place: str) -> str:
    """Empty where the place answers /healthz with 200 within five seconds, else one sentence."""
    asking = HTTPConnection(place, timeout=5)
    try:
        asking.request("GET", "/healthz", headers={"Host": "localhost"})
        status = asking.getresponse().status
    except (HTTPException, OSError) as error:
        return f"web が応答しません({error})"
    finally:
        asking.close()
    return "" if status == 200 else f"web が {status} を返しました"


if __name__ == "__main__":
    sys.exit(problem(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8000") or 0)
