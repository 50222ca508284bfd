#!/usr/bin/env bash
# Fuzzes each decoder for a number of seconds: run.sh RELEASE_BUILD [SECONDS] [TARGET ...]; for 0 only builds the fuzzers.
#
# Starts from the committed seeds in Corpus/ and from what earlier runs found (kept beside the build, not committed);
# with a SEED in the environment from the committed seeds alone, and mutates them the same way every time.
# A failing input is written to Tests/.artifacts/fuzz/; run it again with
#   .build-fuzz/fuzz TARGET FILE
set -euo pipefail
# Not resolved: the build plan lies beside the link that names the configuration.
release=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
seconds=${2:-60}
shift $(($# < 2 ? $# : 2))
cd "$(dirname "$0")"
scratch=$PWD/../../.build-fuzz
artifacts=$PWD/../.artifacts/fuzz

# Neither compiled nor linked again while nothing has changed.
if [ ! -e "$scratch/fuzz" ] || [ -n "$(find ../../Sources Sources build.py "$release/channelsocket" \
    -newer "$scratch/fuzz" -type f -print -quit)" ]; then
    python3 build.py "$release" "$scratch"
fi

((seconds > 0)) || exit 0

targets=("$@")
((${#targets[@]})) || mapfile -t targets < <("$scratch/fuzz" targets)
mkdir -p "$artifacts"
# Swift's runtime keeps some of what it allocates for good; leaks are not what is looked for here.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0}

fuzz() {
    local target=$1 found=$scratch/corpus/$1 log=$artifacts/$1.log
    if [ -n "${SEED:-}" ]; then
        found=$scratch/seeded/$target
        rm -rf "$found"
    fi
    mkdir -p "$found"
    if ! "$scratch/fuzz" "$target" -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=2048 \
        -seed="${SEED:-0}" -artifact_prefix="$artifacts/$target-" -dict=frames.dict -print_final_stats=1 "$found" "Corpus/$target" \
        >"$log" 2>&1; then
        grep -m 1 -A 30 -E 'ERROR: |Fatal error' "$log" || tail -40 "$log"
        echo "fuzz: $target FAILED, see $log" >&2
        return 1
    fi
    echo "fuzz: $target: $(sed -n 's/^Done \(.*\)/\1/p' "$log")"
}

# Two at a time, as one uses one core.
failed=0
for ((i = 0; i < ${#targets[@]}; i += 2)); do
    fuzz "${targets[i]}" & first=$!
    if ((i + 1 < ${#targets[@]})); then fuzz "${targets[i + 1]}" || failed=1; fi
    wait $first || failed=1
done
exit $failed
