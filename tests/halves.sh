#!/usr/bin/env bash
# pytest with these arguments as two processes side by side, each with every second test: one keeps one core busy.
set -euo pipefail
other_half=$(mktemp)
# With job control each half is a process group of its own and may be interrupted, which some tests do. Both end with us.
set -m
halves=()
trap 'for half in "${halves[@]}"; do kill -- "-$half" 2>/dev/null || true; done; rm -f "$other_half"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
TEST_SHARD=1/2 "$PYTHON" -m pytest "$@" -p no:cacheprovider >"$other_half" 2>&1 </dev/null &
halves+=($!)
TEST_SHARD=0/2 "$PYTHON" -m pytest "$@" </dev/null &
halves+=($!)
status=0
wait "${halves[1]}" || status=1
wait "${halves[0]}" || status=1
cat "$other_half"
exit "$status"
