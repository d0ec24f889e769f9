#!/usr/bin/env bash
# pytest with these arguments as two processes side by side, each with every second test: one keeps one core busy.
set -euo pipefail
other_half=$(mktemp)
# With job control the half in the background is a process group of its own and may be interrupted, which some tests do.
set -m
TEST_SHARD=1/2 "$PYTHON" -m pytest "$@" -p no:cacheprovider >"$other_half" 2>&1 &
other=$!
trap 'kill -- "-$other" 2>/dev/null || true; rm -f "$other_half"' EXIT
status=0
TEST_SHARD=0/2 "$PYTHON" -m pytest "$@" || status=$?
[ "$status" != 2 ] || exit 2 # interrupted
wait "$other" || status=1
cat "$other_half"
exit "$status"
