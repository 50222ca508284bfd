"""Runs the Autobahn suite's cases against the /echo of a phoenix-contract server: run.py SERVER [CASE ...].

A case passes if its two verdicts, on the exchange and on the closing handshake, are OK. NON-STRICT (a SHOULD was not
kept) fails. Two kinds have another verdict at best:

- INFORMATIONAL_CASES ask what the standard leaves open; the suite has no better word for them.
- Groups 12 and 13 ask for permessage-deflate. /echo does not offer it, so UNIMPLEMENTED is the right answer, and
  everything else would mean that it was agreed on by mistake.
"""

import asyncio
import collections
import pathlib
import subprocess
import sys
import time

import kosoku

TITLES = {
    1: "messages of all sizes",
    2: "pings and pongs",
    3: "reserved bits",
    4: "opcodes",
    5: "fragmentation",
    6: "UTF-8",
    7: "closing handshake",
    9: "large messages, many frames",
    10: "automatic fragmentation",
    12: "compression, sizes",
    13: "compression, parameters",
}
ALL_CASES = 517
# 7.1.6 closes behind a large message, 7.13 sends close codes that no standard defines.
INFORMATIONAL_CASES = {"7.1.6", "7.13.1", "7.13.2"}
LOG = pathlib.Path(__file__).parents[1] / ".artifacts" / "conformance.log"


def group(result):
    return int(result.case_id.split(".")[0])


def passed(result):
    verdicts = (result.behavior.value, result.behavior_close.value)
    if group(result) in (12, 13):
        return verdicts == ("UNIMPLEMENTED", "OK")
    return all(verdict == "OK" or result.case_id in INFORMATIONAL_CASES and verdict == "INFORMATIONAL"
               for verdict in verdicts)


async def run(port, cases):
    try:
        return await kosoku.run_fuzzingclient(f"ws://127.0.0.1:{port}/echo", cases or None, concurrency=2)
    except kosoku.FailureError as failure:
        return failure.results


def report(results, seconds):
    """Prints the summary; returns whether every case passed."""
    groups = collections.defaultdict(list)
    for result in results:
        groups[group(result)].append(result)
    print(f"{'group':<34}{'cases':>6}{'passed':>8}  verdicts on exchange/close")
    for number, members in sorted(groups.items()):
        verdicts = collections.Counter(f"{r.behavior.value}/{r.behavior_close.value}" for r in members)
        shown = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
        title = f"{number}. {TITLES.get(number, '')}"
        print(f"{title:<34}{len(members):>6}{sum(map(passed, members)):>8}  {shown}")
    failures = [result for result in results if not passed(result)]
    not_offered = sum(group(result) in (12, 13) and passed(result) for result in results)
    with LOG.open("w") as log:
        for result in failures:
            outcome = f"{result.case_id} {result.behavior.value}/{result.behavior_close.value}"
            print(f"FAILED {outcome}: {result.result} {result.result_close}")
            print(outcome, result.description, result.expectation, result.wirelog, sep="\n", end="\n\n", file=log)
    print(f"compression, which is not offered, was declined in {not_offered} cases; of the others, in {seconds:.1f} s:")
    print(f"{len(results) - len(failures) - not_offered} passed, {len(failures)} failed")
    return not failures


def main():
    server, *cases = sys.argv[1:]
    LOG.parent.mkdir(exist_ok=True)
    with subprocess.Popen([server, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().rsplit(":", 1)[-1].strip()
            began = time.monotonic()
            results = asyncio.run(run(port, cases))
            passed_all = report(results, time.monotonic() - began)
            if process.poll() is not None:
                sys.exit(f"the server ended with status {process.returncode}")
        finally:
            process.terminate()
    if not cases and len(results) != ALL_CASES:
        sys.exit(f"{len(results)} cases were run instead of {ALL_CASES}")
    sys.exit(0 if passed_all else 1)


if __name__ == "__main__":
    main()
