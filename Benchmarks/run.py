#!/usr/bin/env python3
"""Measures a node against a C floor on this machine, and prints the results as Markdown.

The servers run on one core and the load generator (`channelsocket bench`) on another; each row's runs are interleaved,
and the medians are shown. Started by `make bench`, which builds everything; `--help` tells the options.
"""

import argparse
import datetime
import json
import os
import platform
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import heap  # heap.py beside this file

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests" / "System"))

from descriptors import allow_files

ROOT = Path(__file__).resolve().parent.parent
SERVER_CORE, LOAD_CORE = 0, 1


class Server:
    """A server on the servers' core."""

    def __init__(self, command, core=SERVER_CORE, environment=None):
        self.process = subprocess.Popen(
            [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, **(environment or {})}, preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )
        line = self.process.stdout.readline()
        if "listening on" not in line:
            raise SystemExit(f"bench: {command[0]} did not start: {line}")
        self.port = int(line.strip().rsplit(":", 1)[1])

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.port}/socket"

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Redis:
    """A redis-server of the benchmark's own, on the generator's core."""

    def __init__(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--dir", self.folder.name],
            stdout=subprocess.DEVNULL, preexec_fn=lambda: os.sched_setaffinity(0, {LOAD_CORE}),
        )
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise SystemExit("bench: redis-server did not start")

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


class Bench:
    """Runs the load generator, and keeps what it found wrong."""

    def __init__(self, options):
        self.options = options
        self.faults = []

    def run(self, scenario, servers, cores=(LOAD_CORE,), **arguments):
        command = [ROOT / ".build/release/channelsocket", "bench", scenario, "--json", "--quiet"]
        for server in servers:
            command += ["--url", server.url, "--server-pid", server.process.pid]
        if scenario != "connect":
            command += ["--warmup", self.options.warmup, "--duration", self.options.duration]
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
        reports = {name: [] for name in contestants}
        for number in range(rounds or self.options.rounds):
            order = list(contestants.items())
            for name, servers in order if number % 2 == 0 else reversed(order):
                note(f"{scenario} {arguments} on {name}, round {number + 1}")
                reports[name].append(self.run(scenario, servers, **arguments))
        return reports


def note(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def median(reports, *path):
    """The median of a figure of several reports; None if one of them lacks it."""
    values = []
    for report in reports:
        for key in path:
            report = None if report is None else report.get(key)
        values.append(report)
    return None if None in values else statistics.median(values)


def spread(reports, *path):
    """The lowest and the highest of a figure, as text."""
    values = [report for report in (median([one], *path) for one in reports) if report is not None]
    return f"{number(min(values))}-{number(max(values))}" if values else "-"


def number(value):
    if value is None:
        return "-"
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:,.{digits}f}"


def verdict(met):
    return "met" if met else "**missed**"


CPU = ("traffic", "cpuPerReceived")
RATE = ("traffic", "receivedPerSecond")


class Tables:
    """The rows of the report."""

    def __init__(self):
        self.goals, self.scaling, self.spreading, self.memory = [], [], [], []

    def ratio(self, work, unit, ours, floor, goal, comment=""):
        """A row whose goal is a limit of the ratio to the floor."""
        ratio = ours / floor if ours and floor else None
        met = ratio is not None and ratio <= goal
        self.goals.append((work, f"{number(ours)} {unit}", f"{number(floor)} {unit}", number(ratio), f"<= {goal} x",
                           verdict(met), comment))

    def least(self, work, unit, ours, goal, comment=""):
        """A row whose goal is a figure to reach."""
        self.goals.append((work, f"{number(ours)} {unit}", "-", "-", f">= {goal:,} {unit}",
                           verdict(ours is not None and ours >= goal), comment))

    def most(self, work, unit, ours, goal, comment=""):
        """A row whose goal is a figure not to exceed."""
        self.goals.append((work, f"{number(ours)} {unit}", "-", "-", f"<= {goal:,} {unit}",
                           verdict(ours is not None and ours <= goal), comment))


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def fanout(bench, tables, ours, floor, coalescing, baseline):
    contestants = {"floor": [floor], "ours": [ours]}
    runs = bench.interleaved("fanout", contestants, clients=1000, topics=1, inflight=1)
    tables.ratio("1 topic x 1000, 1 in flight", "us", median(runs["ours"], *CPU), median(runs["floor"], *CPU), 1.35,
                 f"{number(median(runs['ours'], *RATE))} deliveries/s; CPU {spread(runs['ours'], *CPU)} us, "
                 f"floor {spread(runs['floor'], *CPU)} us")

    contestants = {"coalescing floor": [coalescing], "ours": [ours]}
    if baseline:
        contestants["stock NIO handlers"] = [baseline]
    runs = bench.interleaved("fanout", contestants, clients=1000, topics=1, inflight=16)
    cpu = median(runs["ours"], *CPU)
    tables.ratio("1 topic x 1000, 16 in flight, floor coalesces", "us", cpu, median(runs["coalescing floor"], *CPU),
                 1.5, f"{number(median(runs['ours'], *RATE))} deliveries/s; CPU {spread(runs['ours'], *CPU)} us, "
                 f"floor {spread(runs['coalescing floor'], *CPU)} us")
    if baseline:
        stock = median(runs["stock NIO handlers"], *CPU)
        tables.goals.append(("same, stock NIO handlers instead of the floor", f"{number(cpu)} us", f"{number(stock)} us",
                             number(cpu / stock), "<= 0.1 x", verdict(stock >= 10 * cpu),
                             f"{number(stock / cpu)} times cheaper"))

    contestants = {"floor": [floor], "ours": [ours]}
    runs = bench.interleaved("fanout", contestants, clients=1000, topics=1000, inflight=1)
    tables.ratio("1000 topics x 1, 1 in flight each", "us", median(runs["ours"], *CPU), median(runs["floor"], *CPU), 2,
                 f"{number(median(runs['ours'], *RATE))} messages/s")
    runs = bench.interleaved("echo", contestants, clients=100, inflight=1)
    tables.ratio("push -> reply, 100 clients", "us", median(runs["ours"], *CPU), median(runs["floor"], *CPU), 2,
                 f"{number(median(runs['ours'], *RATE))} replies/s")


def latency(bench, tables, ours, floor):
    runs = bench.interleaved("fanout", {"floor": [floor], "ours": [ours]}, clients=100, topics=1, rate=200)
    p99, p50 = ("traffic", "latency", "p99"), ("traffic", "latency", "p50")
    tables.ratio("latency p99 at 20,000 deliveries/s (1 x 100)", "us", median(runs["ours"], *p99),
                 median(runs["floor"], *p99), 2,
                 f"p50 {number(median(runs['ours'], *p50))} us, floor {number(median(runs['floor'], *p50))} us")


def connect(bench, tables, start_stock, floor):
    clients = 2_000 if bench.options.quick else 10_000
    reports = []
    for number_ in range(bench.options.rounds):
        note(f"connect, {clients} clients, round {number_ + 1}")
        server = start_stock()
        # The first clients pay for what all share: code that is touched for the first time, pools, tables.
        bench.run("connect", [server], clients=100, hold=0.2)
        reports.append(bench.run("connect", [server], clients=clients))
        server.stop()
    floors = bench.interleaved("connect", {"floor": [floor]}, clients=clients, hold=0)["floor"]
    cpu = median(reports, "connect", "cpuPerClient")
    tables.least(f"connect + join, {clients:,} clients", "/s", median(reports, "connect", "perSecond"), 5000,
                 f"{number(cpu)} us of CPU each, so {number(1e6 / cpu)}/s per core; floor "
                 f"{number(median(floors, 'connect', 'perSecond'))}/s, "
                 f"{number(median(floors, 'connect', 'cpuPerClient'))} us")
    per_client = median(reports, "connect", "memoryPerClient")
    tables.most(f"memory (PSS) of an idle joined client, {clients:,} of them", "KiB",
                None if per_client is None else per_client / 1024, 6, f"{number(per_client)} bytes")


def memory(bench, tables, start_stock):
    """Where the memory of idle clients goes: what the heap has more with them than without."""
    clients, hold = 1_000, 10
    note(f"heap of {clients} idle clients")
    server = start_stock()
    bench.run("connect", [server], clients=100, hold=0.2)
    before = heap.census(server.process.pid)
    process = subprocess.Popen(
        [ROOT / ".build/release/channelsocket", "bench", "connect", "--url", server.url, "--clients", str(clients),
         "--hold", str(hold)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    if not any("holding" in line for line in process.stderr):
        raise SystemExit("bench: the idle clients could not connect")
    after = heap.census(server.process.pid)
    process.terminate()
    process.wait()
    process.stderr.close()
    server.stop()
    rows = []
    for name, (count, size) in after.items():
        count_before, size_before = before.get(name, (0, 0))
        rows.append((name, (count - count_before) / clients, (size - size_before) / clients))
    rows.sort(key=lambda row: -row[2])
    tables.memory += [(name, f"{count:.2f}", number(size)) for name, count, size in rows if size >= 8]
    tables.memory.append(("all of the heap", f"{sum(row[1] for row in rows):.2f}", number(sum(row[2] for row in rows))))


def two_nodes(bench, tables, start_contract):
    redis = Redis()
    nodes = [start_contract("--redis", redis.url) for _ in range(2)]
    try:
        count = 300 if bench.options.quick else 1000
        raws, ours = [], []
        for number_ in range(bench.options.rounds):
            note(f"two nodes over Redis, round {number_ + 1}")
            done = subprocess.run(
                [bench.options.floor.parent / "redis", str(redis.port), str(count), "5000"], check=True, text=True,
                stdout=subprocess.PIPE, preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
            )
            raws.append(json.loads(done.stdout))
            ours.append(bench.run("fanout", nodes, clients=2, topics=1, rate=200))
        raw = statistics.median(entry["p50"] for entry in raws)
        same = median(ours, "traffic", "latency", "p50")
        cross = median(ours, "traffic", "crossLatency", "p50")
        tables.ratio("two nodes: added median latency, against PUBLISH -> SUBSCRIBE in C", "us", cross - same, raw, 1.5,
                     f"same node p50 {number(same)} us, other node p50 {number(cross)} us, p99 "
                     f"{number(median(ours, 'traffic', 'crossLatency', 'p99'))} us")

        runs = bench.interleaved("fanout", {"two nodes": nodes}, clients=2, topics=1, inflight=512)["two nodes"]
        tables.least("two nodes: messages into one node", "/s", median(runs, "traffic", "crossedPerSecond"), 100_000,
                     f"both nodes on one core: {number(median(runs, 'traffic', 'serverLoad') * 100)} % of it; "
                     f"generator and Redis on the other: {number(median(runs, 'traffic', 'generatorLoad') * 100)} % "
                     "is the generator")
    finally:
        for node in nodes:
            node.stop()
        redis.stop()


def scaling(bench, tables, ours, floor):
    quick = bench.options.quick
    contestants = {"floor": [floor], "ours": [ours]}
    rounds = 1 if quick else max(1, bench.options.rounds - 1)
    cases = [(count, 1) for count in ((10, 1000) if quick else (10, 100, 1000, 10_000))]
    # One subscriber, who publishes: so every delivery carries the cost of a message in, however many topics there are.
    cases += [(count, count) for count in ((10, 1000) if quick else (1, 10, 100, 1000, 10_000))]
    for clients, topics in cases:
        runs = bench.interleaved("fanout", contestants, rounds, clients=clients, topics=topics, inflight=1)
        mine, floors = median(runs["ours"], *CPU), median(runs["floor"], *CPU)
        tables.scaling.append((f"{topics:,}", f"{clients // topics:,}", number(mine), number(floors),
                               number(mine / floors), number(median(runs["ours"], *RATE))))


def spreading(bench, tables, ours, floor):
    """What a delivery costs with more and more topics, when nothing else changes: neither how many members a topic has,
    nor how many messages come in for so many deliveries."""
    members, rate = 100, 500
    contestants = {"floor": [floor], "ours": [ours]}
    for topics in (1, 100) if bench.options.quick else (1, 10, 100, 1000, 10_000):
        clients = min(topics * members, 1000)
        joins = topics * members // clients
        runs = bench.interleaved("fanout", contestants, clients=clients, topics=topics, joins=joins, rate=rate)
        mine, floors = median(runs["ours"], *CPU), median(runs["floor"], *CPU)
        tables.spreading.append((f"{topics:,}", f"{topics * members:,}", number(mine), number(floors),
                                 number(mine / floors), spread(runs["ours"], *CPU), spread(runs["floor"], *CPU)))


def check(bench, program, servers):
    """What another load generator, wsload, says of the fan-out rows."""
    lines = []
    for name, server, inflight in servers:
        note(f"wsload, {inflight} in flight on {name}")
        command = [program, "fanout", "--url", f"{server.url.replace('/socket', '')}/socket/websocket?vsn=2.0.0",
                   "--clients", 1000, "--topics", 1, "--inflight", inflight, "--warmup", bench.options.warmup,
                   "--duration", bench.options.duration, "--server-pid", server.process.pid, "--pin", LOAD_CORE, "--json"]
        done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        report = json.loads(done.stdout)
        if done.returncode != 0:
            bench.faults.append(f"wsload on {name}: {report}")
        lines.append((name, inflight, number(report["server_cpu_us_per_delivery"]), number(report["deliveries_per_s"])))
    return lines


def loops(bench, tables, start_contract):
    """What a second event loop brings, where the machine has cores for it."""
    if (os.cpu_count() or 1) < 4:
        return f"Two event loops against one need 4 cores; this machine has {os.cpu_count()}."
    rates = []
    for threads, cores in ((1, {0}), (2, {0, 1})):
        server = start_contract("--threads", threads)
        for thread in Path(f"/proc/{server.process.pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), cores)
        report = bench.run("fanout", [server], cores=(2, 3), threads=2, clients=1000, topics=100, inflight=4)
        rates.append(report["traffic"]["receivedPerSecond"])
        server.stop()
    return f"Two event loops deliver {number(rates[1] / rates[0])} times what one does (goal: 1.7)."


def machine():
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True)
    load = os.getloadavg()[0]
    return (f"{datetime.date.today()}, commit {commit.stdout.strip() or 'unknown'}, {os.cpu_count()} x {model}, "
            f"Linux {platform.release()}, load average before {load:.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one short round of each, for a look")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--warmup", type=float, default=1)
    parser.add_argument("--duration", type=float, default=3)
    parser.add_argument("--floor", type=Path, default=ROOT / ".build/floor/floor", help="the compiled floor")
    parser.add_argument("--baseline", type=Path, help="the server of stock NIO handlers, if it is built")
    parser.add_argument("--wsload", type=Path, help="another load generator, to check the fan-out rows with")
    parser.add_argument("--only", help="comma-separated: fanout, latency, connect, memory, nodes, scaling, topics")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.warmup, options.duration = 1, 0.3, 1
    if (os.cpu_count() or 1) < 2:
        raise SystemExit("bench: at least two cores are needed, one for the servers and one for the generator")
    allow_files(11_000, "bench: for 10,000 clients")
    parts = set((options.only or "fanout,latency,connect,memory,nodes,scaling,topics").split(","))

    bench, tables, where, more = Bench(options), Tables(), machine(), ""
    contract = ROOT / ".build/release/phoenix-contract"
    running, checks = [], []

    def start(*command, **settings):
        server = Server(command, **settings)
        running.append(server)
        return server

    def start_contract(*arguments):
        defaults = [] if "--threads" in arguments else ["--threads", 1]
        return start(contract, "--port", 0, *defaults, *arguments)

    def start_stock():
        return start(ROOT / ".build/release/channelsocket", "serve", "--port", 0, "--threads", 1,
                     environment={"REDIS_URL": "", "LOG_LEVEL": "error",
                                  "CHANNELSOCKET_LIMITS_MESSAGE_RATE": "none",
                                  "CHANNELSOCKET_LIMITS_ACCEPTS_PER_SECOND": "none"})

    began = time.monotonic()
    try:
        ours, floor = start_contract(), start(options.floor)
        if "fanout" in parts:
            baseline = start(options.baseline) if options.baseline else None
            coalescing = start(options.floor, "--coalesce")
            fanout(bench, tables, ours, floor, coalescing, baseline)
            if options.wsload:
                checks = check(bench, options.wsload, [("floor", floor, 1), ("ours", ours, 1),
                                                       ("coalescing floor", coalescing, 16), ("ours", ours, 16)])
        if "latency" in parts:
            latency(bench, tables, ours, floor)
        if "connect" in parts:
            connect(bench, tables, start_stock, floor)
        if "memory" in parts:
            memory(bench, tables, start_stock)
        if "nodes" in parts:
            two_nodes(bench, tables, start_contract)
        if "scaling" in parts:
            scaling(bench, tables, ours, floor)
            more = loops(bench, tables, start_contract)
        if "topics" in parts:
            spreading(bench, tables, ours, floor)
    finally:
        for server in running:
            if server.process.poll() is None:
                server.stop()

    command = "make bench" + (" QUICK=1" if options.quick else "")
    print(f"Measured {where}, with `{command}` in {time.monotonic() - began:.0f} s; server pinned to one core, "
          f"generator to another, 128-byte payloads, medians of {options.rounds} interleaved rounds of "
          f"{options.duration:g} s. `us` is the server's CPU time (user and system) per delivery or reply.\n")
    if tables.goals:
        print(table(("work", "ours", "floor", "ratio", "goal", "", "more"), tables.goals))
    if checks:
        print("\nThe same 1 topic x 1000, measured by wsload:\n")
        print(table(("server", "in flight", "CPU per delivery, us", "deliveries/s"), checks))
    if tables.memory:
        print("\nWhere the memory of an idle joined client goes, by what is on the heap for 1,000 of them:\n")
        print(table(("object", "per client", "bytes per client"), tables.memory))
    if tables.scaling:
        print("\nCPU per delivery as topics and subscribers grow, 1 message of each topic in flight:\n")
        print(table(("topics", "subscribers each", "ours, us", "floor, us", "ratio", "deliveries/s"), tables.scaling))
    if tables.spreading:
        print("\nCPU per delivery as topics grow, 100 subscribers each, 500 messages/s to one topic after the other:\n")
        print(table(("topics", "subscriptions", "ours, us", "floor, us", "ratio", "ours, all rounds", "floor"),
                    tables.spreading))
    if more:
        print(f"\n{more}")
    for fault in bench.faults:
        print(f"\nFAULT: {fault}")
    sys.exit(2 if bench.faults else 0)


if __name__ == "__main__":
    main()
