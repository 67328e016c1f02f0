"""`python config/alive.py [URL]`: does the web process answer? Exit status 0 or 1, one line why.

A program of its own: a container's engine asks all day, and Django takes a second to begin.
"""

import sys
import urllib.error
import urllib.request


def problem(url: str) -> str:
    """Empty where the address answers 200 within five seconds, else one sentence."""
    request = urllib.request.Request(url, headers={"Host": "localhost"})  # noqa: S310 (the operator's own address)
    try:
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310 (as above)
            return "" if response.status == 200 else f"web が {response.status} を返しました"
    except (urllib.error.URLError, OSError) as error:
        return f"web が応答しません({error})"


if __name__ == "__main__":
    sys.exit(problem(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/healthz") or 0)
