#!/usr/bin/env bash
# pytest with these arguments as two processes side by side, each with every second test: one keeps one core busy.
# What fails there is run once more, alone: a test may want for time beside others, and is told by name then.
set -euo pipefail
kept=$(mktemp -d)
# With job control each half is a process group of its own and may be interrupted, which some tests do. Both end with us.
set -m
halves=()
trap 'for half in "${halves[@]}"; do kill -- "-$half" 2>/dev/null || true; done; rm -rf "$kept"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
half() {
  "$PYTHON" -m pytest -o "cache_dir=$kept/$1" "${@:2}" </dev/null
}
TEST_SHARD=1/2 half 1 "$@" >"$kept/log" 2>&1 &
halves+=($!)
TEST_SHARD=0/2 half 0 "$@" &
halves+=($!)
failed=()
wait "${halves[1]}" || failed+=(0)
wait "${halves[0]}" || failed+=(1)
cat "$kept/log"
for number in "${failed[@]}"; do
  echo "== once more, alone: what failed in half $number"
  half "$number" "$@" --last-failed --last-failed-no-failures none
done
