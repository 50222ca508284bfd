#!/usr/bin/env python3
"""Shows what one message makes a server execute: instructions, and the cache lines of code they are in, by function.

Counts do not depend on how fast the machine is just now. The server's event loop is single-stepped while a message
comes in and goes out to the subscribers of its topic (x86-64 Linux; needs the right to trace a process of one's own).
"""

import argparse
import bisect
import os
import subprocess
import sys
from array import array
from collections import Counter, defaultdict
from pathlib import Path

# The files beside this one.
from generator import PROGRAM, ROOT
from report import table
from servers import LOAD_CORE, Server

STEPS = ROOT / ".build/floor/steps"
READ, SEND, EPOLL_WAIT, RECVFROM = 0, 44, 232, 45
# What is in the names of functions, mangled, of each part of the program.
PARTS = ("PhoenixWire", "ChannelSocket", "NIOPosix", "NIOCore")
LINE = 64


def split(words):
    """The turns of an event loop: for each the addresses of its instructions and the numbers of its system calls."""
    turns, addresses, calls = [], [], []
    words = iter(words)
    for word in words:
        addresses.append(word & ~(1 << 63))
        if word >> 63:
            call = next(words)
            if call == EPOLL_WAIT:
                turns.append((addresses, Counter(calls)))
                addresses, calls = [], []
            else:
                calls.append(call)
    return turns


def of_one_message(turns, subscribers):
    """The shortest turn that reads once and sends to each subscriber: one in which nothing else was due."""
    fitting = [addresses for addresses, calls in turns
               if calls[READ] + calls[RECVFROM] == 1 and calls[SEND] == subscribers and sum(calls.values()) == subscribers + 1]
    if not fitting:
        raise SystemExit("steps: no turn had one message and nothing else; try again, or more --turns")
    return min(fitting, key=len)


class Symbols:
    """What is at an address of a process: a function of the program, or a library."""

    def __init__(self, process, program):
        self.maps = []
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            fields = line.split(maxsplit=5)
            start, end = (int(part, 16) for part in fields[0].split("-"))
            self.maps.append((start, end, fields[5] if len(fields) > 5 else "?"))
        self.program = str(program)
        self.base = min(start for start, _, name in self.maps if name == self.program)
        listed = subprocess.run(["nm", "-n", program], capture_output=True, text=True, check=True).stdout
        functions = [line.split() for line in listed.splitlines()]
        functions = [(int(fields[0], 16), fields[2]) for fields in functions if len(fields) == 3 and fields[1] in "tTwW"]
        self.addresses, self.names = zip(*functions)

    def name(self, address):
        for start, end, name in self.maps:
            if start <= address < end:
                if name == self.program:
                    return self.names[bisect.bisect(self.addresses, address - self.base) - 1]
                return os.path.basename(name)
        return "?"


def demangled(names):
    done = subprocess.run(["swift", "demangle", "--compact", "--simplified"], input="\n".join(names), capture_output=True,
                          text=True, check=True)
    return dict(zip(names, done.stdout.splitlines()))


def part(name):
    """The part whose module a function's name begins with; those of its types come behind."""
    named = [part for part in PARTS if part in name]
    return min(named, key=name.index) if named else "others (Swift's runtime, C)"


def rows(counts, lines, titles, limit):
    return [(titles.get(name, name)[:100].replace("|", "\\|"), f"{count:,}", len(lines[name]))
            for name, count in counts.most_common(limit)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path, nargs="?", default=ROOT / ".build/release/phoenix-contract")
    parser.add_argument("--subscribers", type=int, default=10)
    parser.add_argument("--turns", type=int, default=60, help="of the event loop, with and without a message")
    parser.add_argument("--functions", type=int, default=30, help="how many are shown")
    options = parser.parse_args()
    program = options.program.resolve()
    # The floor has one thread and finds a port by itself.
    server = Server([program] if program.name == "floor" else [program, "--port", 0, "--threads", 1])
    try:
        turns, symbols = trace(server, program, options)
    finally:
        server.stop()
    addresses = of_one_message(turns, options.subscribers)
    known = {address: symbols.name(address) for address in set(addresses)}
    functions, lines = Counter(known[address] for address in addresses), defaultdict(set)
    parts, part_lines = Counter(), defaultdict(set)
    for address, name in known.items():
        lines[name].add(address // LINE)
        part_lines[part(name)].add(address // LINE)
    for name, count in functions.items():
        parts[part(name)] += count
    print(f"One message to {options.subscribers} subscribers, by `Benchmarks/steps.py`: {len(addresses):,} instructions in "
          f"{len({address // LINE for address in addresses}):,} cache lines of code, system calls not followed.\n")
    print(table(("part", "instructions", "lines of code"), rows(parts, part_lines, {}, None)), "\n")
    print(table(("function", "instructions", "lines of code"),
                rows(functions, lines, demangled(list(functions)), options.functions)))


def trace(server, program, options):
    # Not at the rate of the server's own timers, and slower than it is when it is stepped.
    generator = subprocess.Popen(
        [PROGRAM, "bench", "fanout", "--url", server.url, "--clients", str(options.subscribers), "--topics", "1",
         "--rate", "2.3", "--duration", "600"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {LOAD_CORE}),
    )
    try:
        # A line each second.
        if not any(f" {options.subscribers} joined" in line for line in generator.stderr):
            raise SystemExit("steps: the clients could not join")
        symbols = Symbols(server.process.pid, program)
        stepped = subprocess.run([STEPS, str(event_loop(server.process.pid)), str(options.turns)], stdout=subprocess.PIPE,
                                 timeout=300)
        if stepped.returncode != 0:
            raise SystemExit(f"steps: {STEPS} failed ({stepped.returncode})")
        return split(array("Q", stepped.stdout)), symbols
    finally:
        generator.kill()
        generator.communicate()


def event_loop(process):
    """The thread that serves the connections; the floor has only one."""
    for thread in Path(f"/proc/{process}/task").iterdir():
        if "NIO-ELT" in (thread / "comm").read_text():
            return int(thread.name)
    return process


if __name__ == "__main__":
    sys.exit(main())
