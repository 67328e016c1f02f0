#!/bin/sh
# Installs Meguri from this folder, without any network: sh install.sh [--to /srv/meguri] [--static /var/lib/meguri/static]
# Needs python3 >= 3.11 with venv; no right beyond the two folders. An installation that is there is replaced as a whole;
# its predecessor stays beside it as FOLDER.before.
set -eu
cd "$(dirname "$0")"
to=/srv/meguri
static=/var/lib/meguri/static

stop() { printf '%s\n' "$*" >&2; exit 1; }

while [ $# -gt 0 ]; do
    case $1 in
        --to) to=${2:?} ;;
        --static) static=${2:?} ;;
        *) stop "使い方: sh install.sh [--to /srv/meguri] [--static /var/lib/meguri/static]" ;;
    esac
    shift 2
done

sha256sum --check --quiet --strict SHA256SUMS || stop \
    "ファイルが欠けているか、変わっています。何も入れていません。アーカイブをもう一度写してください。" \
    "/ A file is missing or changed. Nothing was installed."

# A machine may have several; only for some of them does the archive hold what is compiled.
held=$(ls wheels | sed -n 's/.*-cp3\([0-9]*\)-cp3[0-9]*-.*/3.\1/p' | sort -u | tr '\n' ' ')
python=
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys, venv, ensurepip; sys.exit("{}.{}".format(*sys.version_info[:2]) not in sys.argv)' $held 2>/dev/null; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || stop \
    "venv のある次の版の Python のどれかが必要です: $held。Debian では apt-get install python3-venv を実行してください。" \
    "/ Needed is Python with venv, one of: $held"

new=$to.new
rm -rf "$new"
mkdir -p "$new" "$static"
tar --no-same-owner -xf source.tar -C "$new"
"$python" -m venv "$new/.venv"
"$new/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --isolated --no-index --find-links wheels \
    --require-hashes -r "$new/requirements/base.txt"
tar --no-same-owner -xf static.tar -C "$static"
cp sbom.json "$new/"
# Where it runs it writes nothing: every process would compile it anew.
(cd "$new" && .venv/bin/python -m compileall -q config review tasks workflow)

# Scripts name the folder of their environment.
grep -rlIF "$new/.venv" "$new/.venv/bin" "$new/.venv/pyvenv.cfg" | while read -r file; do sed -i "s|$new/.venv|$to/.venv|g" "$file"; done
rm -rf "$to.before"
[ ! -e "$to" ] || mv "$to" "$to.before"
mv "$new" "$to"
"$to/.venv/bin/python" -c 'import django, psycopg, celery, openpyxl, typst' || stop "入れたものが動きません。 / What was installed does not run."

if [ -d images ]; then
    for engine in docker podman; do
        if command -v $engine >/dev/null; then
            for image in images/*.tar; do $engine load --input "$image"; done
            break
        fi
    done
fi
printf '%s\n' "$to に入れました($("$to/.venv/bin/python" --version))。続きは $to/docs/operations/install.md を見てください。" \
    "/ Installed. Continue with docs/operations/install.md."
