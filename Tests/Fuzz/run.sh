#!/usr/bin/env bash
# Fuzzes each decoder for a number of seconds: run.sh [SECONDS] [TARGET ...]
#
# Starts from the committed seeds in Corpus/ and from what earlier runs found (kept beside the build, not committed).
# A failing input is written to Tests/.artifacts/fuzz/; run it again with
#   .build-fuzz/release/fuzz TARGET FILE
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-60}
shift || true
targets=("$@")
((${#targets[@]})) || targets=(v1 v2-text v2-binary broadcast-envelope)

scratch=$PWD/../../.build-fuzz
artifacts=$PWD/../.artifacts/fuzz
swift build -c release --scratch-path "$scratch" --product fuzz -Xswiftc -sanitize=fuzzer,address -Xswiftc -use-ld=lld

# Swift's runtime keeps some of what it allocates for good; leaks are not what is looked for here.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0}
for target in "${targets[@]}"; do
    found=$scratch/corpus/$target
    mkdir -p "$found" "$artifacts"
    log=$artifacts/$target.log
    echo "fuzz: $target for $seconds s"
    if ! "$scratch/release/fuzz" "$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
        -artifact_prefix="$artifacts/$target-" -dict=frames.dict -print_final_stats=1 "$found" "Corpus/$target" \
        >"$log" 2>&1; then
        grep -m 1 -A 30 -E 'ERROR: |Fatal error' "$log" || tail -40 "$log"
        echo "fuzz: $target FAILED, see $log" >&2
        exit 1
    fi
    grep -E '^(Done|stat::number_of_executed_units|stat::average_exec_per_sec)' "$log"
done
