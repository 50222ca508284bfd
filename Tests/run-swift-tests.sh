#!/usr/bin/env bash
# Runs the built Swift tests one after another and, if any failed, says at the end which and why: a log of
# thousands of lines is read from its end.
set -uo pipefail
cd "$(dirname "$0")/.."
log=Tests/.artifacts/swift-test.log
mkdir -p "$(dirname "$log")"
# Not by way of the package manager where that can be: it opens its database, which a build beside may have at the time.
bundle=.build/debug/channel-socketPackageTests.xctest
if [ -f "$bundle" ]; then
    run=("$bundle" --testing-library swift-testing)
else
    run=("${SWIFT:-swift}" test --skip-build)
fi
NO_COLOR=1 "${run[@]}" --no-parallel "$@" 2>&1 | tee "$log" | grep -vE '^◇ (Test case|Test "|Suite)'
status=$?
if ((status)); then
    echo "---- what failed (the whole log: $log)"
    grep -aE '^(✘|↳|[^ ]*:[0-9]+: error|error:|Fatal error)' "$log" | cut -c1-1000
fi
exit "$status"
