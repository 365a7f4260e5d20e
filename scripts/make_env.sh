#!/usr/bin/env bash
# Build the locked, hash-checked environment in the folder given: Python 3.11 with everything in requirements.lock.
set -euo pipefail
venv=$1

usable() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; }

python=""
for candidate in python3 python3.11; do
    if command -v "$candidate" >/dev/null && usable "$candidate"; then python=$candidate && break; fi
done
if [ -n "$python" ]; then
    "$python" -m venv --clear "$venv"
else
    echo "python3 is not 3.11: fetching a private 3.11 for $venv"
    bootstrap=$(mktemp -d)
    trap 'rm -rf "$bootstrap"' EXIT
    if ! python3 -m venv "$bootstrap"; then
        echo "python3 cannot make environments; on Debian: apt-get install python3-venv" >&2
        exit 1
    fi
    "$bootstrap/bin/pip" install --quiet --disable-pip-version-check uv
    "$bootstrap/bin/uv" venv --quiet --clear --seed --python 3.11 "$venv"
fi

echo "installing $(grep -c == requirements.lock) locked packages into $venv (about a minute)"
"$venv/bin/pip" install --quiet --disable-pip-version-check "$(grep -oE '^uv==[^ ]+' requirements.lock)"
# Without the project's own uv settings: they are for choosing versions, and hashes refuse what they add.
if ! "$venv/bin/uv" --no-config pip install --quiet --python "$venv/bin/python" --require-hashes -r requirements.lock; then
    echo "uv did not install the packages, for the reason above; trying pip, with the same hashes"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
fi
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
