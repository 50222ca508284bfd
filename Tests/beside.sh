#!/usr/bin/env bash
# Runs a command, and meanwhile another one on what processor time the first one leaves: beside.sh LOG OTHER COMMAND ...
#
# The other one's output goes to a log, of which the end is shown if it fails. Fails if either does.
set -uo pipefail
log=$1 other=$2
shift 2
mkdir -p "$(dirname "$log")"

idle=(nice -n 19)
# SCHED_IDLE: tests that measure nothing but have deadlines would notice a compiler that merely is nice.
if command -v chrt >/dev/null && chrt --idle 0 true 2>/dev/null; then idle=(chrt --idle 0); fi

# In a process group of its own, so that all of it can be ended.
set -m
"${idle[@]}" bash -c "$other" >"$log" 2>&1 &
beside=$!
set +m
trap 'kill -- -$beside 2>/dev/null' EXIT

"$@"
status=$?
((status == 0)) || exit "$status"
if ! wait "$beside"; then
    tail -40 "$log"
    echo "failed: $other (the whole log: $log)" >&2
    exit 1
fi
