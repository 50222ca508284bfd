#!/usr/bin/env bash
# Builds and runs the Swift tests with a sanitizer: run.sh tsan|asan [option of swift test ...]
#
# In a build folder of its own, .build-tsan or .build-asan. Reports are in Tests/.artifacts/SANITIZER.PROCESS, those of
# servers that tests start too; any fails the run.
set -uo pipefail
cd "$(dirname "$0")/../.."
kind=$1
shift
swift=${SWIFT:-swift}
scratch=.build-$kind
artifacts=$PWD/Tests/.artifacts
mkdir -p "$artifacts" "$scratch"
rm -f "$artifacts/$kind".[0-9]*

case $kind in
tsan)
    options=(--sanitize thread)
    shim=$PWD/$scratch/mutex.so
    clang -O1 -Wall -Wextra -Werror -shared -fPIC -o "$shim" Tests/Sanitizers/mutex.c || exit
    # The shim must hide what is no race, and nothing else.
    "$swift"c -sanitize=thread -o "$scratch/race" Tests/Sanitizers/race.swift || exit
    if ! LD_PRELOAD=$shim "$scratch/race" >/dev/null 2>&1; then
        echo "test-tsan: a race is reported where a Mutex is held: does mutex.c fit this toolchain?" >&2
        exit 1
    fi
    if LD_PRELOAD=$shim "$scratch/race" unlocked >/dev/null 2>&1; then
        echo "test-tsan: a race is not found" >&2
        exit 1
    fi
    environment=(
        LD_PRELOAD="$shim"
        SWIFT_BACKTRACE=enable=no
        TSAN_OPTIONS="log_path=$artifacts/tsan exitcode=66 suppressions=$PWD/Tests/Sanitizers/tsan.supp"
    )
    ;;
asan)
    options=(--sanitize address)
    # The tests' own process leaves things behind where a test has ended; servers have to free everything, but what
    # NIOSSLContext.init loses when key and certificate do not fit.
    echo "detect_leaks=0" >"$scratch/options.channel-socketPackageTests.xctest"
    # An object that is still there points to the table of its weak references with shifted bits, which the sanitizer
    # does not know for a pointer; what is really lost shows by the object.
    printf 'leak:%s\n' NIOSSLContextC13configuration formWeakReference >"$scratch/leaks"
    environment=(
        # Swift's own crash handler reads what the sanitizer forbids, and hides the crash.
        SWIFT_BACKTRACE=enable=no
        LSAN_OPTIONS="suppressions=$PWD/$scratch/leaks print_suppressions=0"
        # Frames stay on the stack, where a test looks for how deep it is.
        ASAN_OPTIONS="log_path=$artifacts/asan detect_leaks=1 detect_stack_use_after_return=0 include_if_exists=$PWD/$scratch/options.%b"
    )
    ;;
*)
    echo "usage: run.sh tsan|asan" >&2
    exit 2
    ;;
esac

"$swift" build --build-tests "${options[@]}" --scratch-path "$scratch" || exit
env "${environment[@]}" "$swift" test --skip-build --no-parallel "${options[@]}" --scratch-path "$scratch" "$@" 2>&1 |
    tee "$artifacts/swift-test-$kind.log" | grep -vE '^◇ (Test case|Test "|Suite)'
status=$?
reports=("$artifacts/$kind".[0-9]*)
if [ -e "${reports[0]}" ]; then
    grep -hE '^SUMMARY' "${reports[@]}" | sort | uniq -c | sort -rn
    echo "test-$kind: ${#reports[@]} processes have reports, see $artifacts/$kind.*" >&2
    exit 1
fi
exit "$status"
