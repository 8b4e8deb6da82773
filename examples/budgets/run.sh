#!/usr/bin/env bash
# The example, with the Python that scripts/setup has made.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${TOLLGATE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tollgate}
[ -x "$cache/venv/bin/python" ] || { echo "$cache/venv is missing: run \`make build\` first" >&2; exit 1; }
exec "$cache/venv/bin/python" "$here/budgets.py"
