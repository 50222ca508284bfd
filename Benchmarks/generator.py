"""The load generator, `channelsocket bench`, and what it finds."""

import json
import os
import subprocess
import sys
from pathlib import Path

from servers import LOAD_CORE

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / ".build/release/channelsocket"
CPU = ("traffic", "cpuPerReceived")
RATE = ("traffic", "receivedPerSecond")


def note(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def take_turns(contestants, rounds, work, run):
    """Has each contestant run once in each round, the first of one being the last of the next; returns all that came of it."""
    results = {name: [] for name in contestants}
    for number in range(rounds):
        order = list(contestants.items())
        for name, contestant in order if number % 2 == 0 else reversed(order):
            note(f"{work} on {name}, round {number + 1}")
            results[name].append(run(contestant))
    return results


class Bench:
    """Runs the load generator, and keeps what it found wrong."""

    def __init__(self, options):
        self.options = options
        self.faults = []

    @property
    def shorter(self):
        """For rows that are compared with each other: more rounds of half the time, as what differs is the rounds."""
        return {"rounds": 2 * self.options.rounds - 1, "longer": 0.5}

    @property
    def shortest(self):
        """For rows whose differences are smaller than those between rounds, and whose clients are soon there."""
        return {"rounds": 5 * self.options.rounds - 4, "longer": 0.25, "warmup": self.options.warmup / 2}

    def run(self, scenario, servers, cores=(LOAD_CORE,), measured=None, longer=1, warmup=None, **arguments):
        """Runs a scenario against servers, and measures the CPU time of some of them, or of all."""
        command = [PROGRAM, "bench", scenario, "--json", "--quiet"]
        for server in servers:
            command += ["--url", server.url]
        for server in measured or servers:
            command += ["--server-pid", server.process.pid]
        if scenario != "connect":
            command += ["--warmup", warmup or self.options.warmup, "--duration", self.options.duration * longer]
        for name, value in arguments.items():
            command += [f"--{name.replace('_', '-')}", value]
        done = subprocess.run(
            [str(part) for part in command], stdout=subprocess.PIPE, text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, set(cores)),
        )
        if done.returncode not in (0, 2):
            raise SystemExit(f"bench: failed ({done.returncode}): {' '.join(map(str, command))}")
        report = json.loads(done.stdout)
        if done.returncode == 2:
            self.faults.append(f"{' '.join(map(str, command[2:]))}: {report['faults']}")
        return report

    def interleaved(self, scenario, contestants, rounds=None, **arguments):
        """Lets the contestants take turns; returns the reports of each."""
        return take_turns(contestants, rounds or self.options.rounds, f"{scenario} {arguments}",
                          lambda servers: self.run(scenario, servers, **arguments))
