#!/bin/sh
# Asks for known vulnerabilities of what the locks name. Its tools live apart, in build/audit, so that they
# cannot change what the tests run on. Without a way to the source it says so and ends with status 2.
set -u
cd "$(dirname "$0")/../.."
. config/local/home.sh

unreachable() {
    echo "脆弱性情報の取得先に接続できないため、確認していません。 / The source of known vulnerabilities is unreachable: nothing was checked." >&2
    exit 2
}

.venv/bin/python -m uv venv --quiet --allow-existing build/audit || exit 1
.venv/bin/python -m uv pip sync --quiet --require-hashes --python build/audit/bin/python requirements/audit.txt || unreachable

report=build/audit/report.txt
for lock in requirements/base.txt requirements/dev.txt; do
    build/audit/bin/pip-audit --disable-pip --require-hashes --progress-spinner off -r "$lock" >"$report" 2>&1
    status=$?
    # A package the source does not know was not checked: "no known vulnerabilities" would then be untrue.
    unknown=$(grep -c 'could not be audited' "$report")
    total=$(grep -c '^[a-z0-9].*==' "$lock")
    if [ $((unknown * 2)) -gt "$total" ]; then unreachable; fi
    if grep -q -i -E 'connectionerror|serviceerror|max retries|timed out|name resolution|httperror|proxyerror' "$report"; then unreachable; fi
    cat "$report"
    if [ "$unknown" -gt 0 ]; then
        echo "$lock: $unknown 件は確認できませんでした。 / $unknown packages could not be checked." >&2
        exit 1
    fi
    [ $status -eq 0 ] || exit 1
done
