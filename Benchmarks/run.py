#!/usr/bin/env python3
"""Measures a node against a C floor on this machine, and prints the results as Markdown.

The servers run on one core and the load generator (`channelsocket bench`) on another; each row's runs are interleaved,
and the medians are shown. Started by `make bench`, which builds everything; `--help` tells the options.
"""

import argparse
import datetime
import os
import platform
import shlex
import subprocess
import sys
import time
from pathlib import Path

# The files beside this one.
import growth
import wsload
from connections import connect, memory
from generator import PROGRAM, ROOT, Bench
from nodes import two_nodes
from report import Tables
from servers import Server
from traffic import fanout, latency, loops

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests" / "System"))

from descriptors import allow_files

PARTS = ("fanout", "latency", "connect", "memory", "nodes", "scaling", "topics", "loops")


def machine():
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True)
    load = os.getloadavg()[0]
    return (f"{datetime.date.today()}, commit {commit.stdout.strip() or 'unknown'}, {os.cpu_count()} x {model}, "
            f"Linux {platform.release()}, load average before {load:.1f}")


def stolen_ticks():
    """The time that the host gave to others, and all there was, in ticks of all cores together (proc(5))."""
    ticks = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return ticks[7], sum(ticks)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one short round of each, for a look")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--warmup", type=float, default=1)
    parser.add_argument("--duration", type=float, default=3)
    parser.add_argument("--floor", type=Path, default=ROOT / ".build/floor/floor", help="the compiled floor")
    parser.add_argument("--baseline", type=Path, help="the server of stock NIO handlers, if it is built")
    parser.add_argument("--wsload", type=Path, help="another load generator, to check the fan-out rows with")
    parser.add_argument("--only", help=f"comma-separated: {', '.join(PARTS)}")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.warmup, options.duration = 1, 0.3, 1
    parts = options.only.split(",") if options.only else PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"--only knows {', '.join(PARTS)}, not {', '.join(sorted(unknown))}")
    allow_files(11_000, "bench: for 10,000 clients")

    bench, tables, checks, where = Bench(options), Tables(), Tables(), machine()
    began, (stolen, ticks) = time.monotonic(), stolen_ticks()
    try:
        measure(bench, tables, checks, parts)
    finally:
        # What was measured is worth its time, even if the rest could not be.
        stolen_later, ticks_later = stolen_ticks()
        where += f", {(stolen_later - stolen) / max(1, ticks_later - ticks):.1%} of the time stolen by the host"
        show(bench, tables, checks, where, time.monotonic() - began)
    sys.exit(2 if bench.faults else 0)


def measure(bench, tables, checks, parts):
    options, running = bench.options, []

    def start(*command, **settings):
        server = Server(command, **settings)
        running.append(server)
        return server

    def start_contract(*arguments, **settings):
        defaults = [] if "--threads" in arguments else ["--threads", 1]
        return start(ROOT / ".build/release/phoenix-contract", "--port", 0, *defaults, *arguments, **settings)

    def start_product():
        return start(PROGRAM, "serve", "--port", 0, "--threads", 1,
                     environment={"REDIS_URL": "", "LOG_LEVEL": "error",
                                  "CHANNELSOCKET_LIMITS_MESSAGE_RATE": "none",
                                  "CHANNELSOCKET_LIMITS_ACCEPTS_PER_SECOND": "none"})

    try:
        ours, product, floor = start_contract(), start_product(), start(options.floor)
        if "fanout" in parts:
            baseline = start(options.baseline) if options.baseline else None
            coalescing = start(options.floor, "--coalesce")
            fanout(bench, tables, ours, product, floor, coalescing, baseline)
            if options.wsload:
                wsload.check(bench, options.wsload, checks, ours, floor, coalescing)
        if "latency" in parts:
            latency(bench, tables, ours, product, floor)
        if "connect" in parts:
            connect(bench, tables, start_product, lambda: start(options.floor))
        if "memory" in parts:
            memory(bench, tables, start_product)
        if "nodes" in parts:
            two_nodes(bench, tables, start_contract)
        if "scaling" in parts:
            growth.subscribers(bench, tables, ours, floor)
        if "topics" in parts:
            growth.topics(bench, tables, ours, floor)
        if "loops" in parts:
            loops(bench, tables, start_contract)
    finally:
        for server in running:
            if server.process.poll() is None:
                server.stop()


def show(bench, tables, checks, where, seconds):
    options = bench.options
    command = shlex.join(["Benchmarks/run.py", *sys.argv[1:]])
    print(f"Measured {where}, by `{command}` in {seconds:.0f} s. Unless a row says otherwise: the server on one core, the "
          f"generator on another, 128-byte payloads, medians of {options.rounds} interleaved rounds of "
          f"{options.duration:g} s (growth and event loops: {bench.shorter['rounds']} of half of that; what is to be flat, with "
          f"fewer than 1,000 topics: {bench.shortest['rounds']} of a quarter), ratios of rounds to the floor's rounds beside "
          f"them. `us` is the server's CPU time (user and system) per delivery or reply. `ours` is a channel in Swift (Sources/phoenix-contract).\n")
    tables.show()
    if checks.goals:
        print("By wsload, in rounds like those of the event loops:\n")
    checks.show()
    for fault in bench.faults:
        print(f"\nFAULT: {fault}")


if __name__ == "__main__":
    main()
