#!/usr/bin/env bash
# Runs the built Swift tests one after another and, if any failed, says at the end which and why: a log of
# thousands of lines is read from its end.
set -uo pipefail
cd "$(dirname "$0")/.."
log=Tests/.artifacts/swift-test.log
mkdir -p "$(dirname "$log")"
"${SWIFT:-swift}" test --skip-build --ignore-lock --no-parallel "$@" 2>&1 | tee "$log" | grep -vE '^◇ (Test case|Test "|Suite)'
status=$?
if ((status)); then
    echo "---- what failed (the whole log: $log)"
    grep -aE '^(✘|↳|[^ ]*:[0-9]+: error|error:|Fatal error)' "$log" | cut -c1-1000
fi
exit "$status"
