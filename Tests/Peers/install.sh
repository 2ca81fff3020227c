#!/usr/bin/env bash
# Installs what judges our files in tests into a virtual environment, once, and prints its Python: the value of
# ESPALIER_PEERS_PYTHON.
#   Tests/Peers/install.sh [DIRECTORY]     .build/peers where none is given
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
target="${1:-$here/../../.build/peers}"
if ! cmp -s "$here/requirements.txt" "$target/installed"; then
  rm -rf "$target"
  python3 -m venv "$target" >&2
  "$target/bin/python" -m pip install -q -r "$here/requirements.txt" >&2
  cp "$here/requirements.txt" "$target/installed"
fi
echo "$(cd "$target" && pwd)/bin/python"
