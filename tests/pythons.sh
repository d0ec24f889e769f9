#!/usr/bin/env bash
# Unit and kernel tests on the oldest and the newest supported Python; the bootstrap also on 3.9 (tests/unit/runtime).
set -euo pipefail
cd "$(dirname "$0")/.."
: "${UV:=uv}"

# The newest patch release of a minor version: on PATH, or as pyenv keeps it.
find_python() {
  local candidate
  for candidate in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python "/usr/local/bin/python$1" "/opt/python$1/bin/python3"; do
    if "$candidate" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" >/dev/null 2>&1; then
      "$candidate" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  echo "Python $1 is not installed: install it (for example: uv python install $1), then run make test-pythons again" >&2
  return 1
}

CELLIFT_PYTHON39=$(find_python 3.9)
export CELLIFT_PYTHON39
results=$(mktemp -d)
running=()
trap 'for group in "${running[@]}"; do kill -- "-$group" 2>/dev/null || true; done; rm -rf "$results"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
versions="3.10 3.13"
for version in $versions; do
  python=$(find_python "$version")
  venv=".venv-$version"
  stamp="$venv/.installed-$(cat requirements/dev.txt pyproject.toml | sha256sum | cut -c1-16)"
  if [ ! -e "$stamp" ]; then
    "$UV" venv --quiet --allow-existing --python "$python" "$venv"
    "$UV" pip install --quiet --python "$venv/bin/python" --require-hashes -r requirements/dev.txt
    SKIP_JUPYTER_BUILDER=1 "$UV" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation --editable .
    touch "$stamp"
  fi
done

# Side by side: the tests of one version keep one core busy. What they print comes in one piece. With job control each
# has a process group of its own and may be interrupted, which some tests do.
set -m
check() {
  ".venv-$1/bin/python" -m pytest tests/unit tests/kernel -q -o "cache_dir=$results/cache-$1" "${@:2}"
}
for version in $versions; do
  check "$version" >"$results/log-$version" 2>&1 &
  running+=($!)
done
failed=()
for version in $versions; do
  wait "${running[0]}" || failed+=("$version")
  running=("${running[@]:1}")
  echo "== Python $version"
  cat "$results/log-$version"
done
for version in "${failed[@]}"; do
  echo "== Python $version once more, alone: what failed beside the other"
  check "$version" --last-failed --last-failed-no-failures none
done

# For the same recorded environment (that of the first one here) everything compiles to the same bytes.
for version in $versions; do
  for seed in 1 2; do
    PYTHONHASHSEED=$seed ".venv-$version/bin/python" -m tests.truth.digests "$PWD/.venv-3.10/bin/python" >"$results/$version-$seed"
    diff "$results/3.10-1" "$results/$version-$seed" >&2
  done
done
