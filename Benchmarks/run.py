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
import statistics
import subprocess
import sys
import time
from pathlib import Path

# The files beside this one.
import heap
from generator import CPU, RATE, ROOT, Bench, note
from report import Tables, median, number, spread, table, verdict
from servers import CORES, LOAD_CORE, SERVER_CORE, Redis, Server

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests" / "System"))

from descriptors import allow_files


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
    # One topic, which is not what the generator does by itself: the rows of earlier commits have it so.
    runs = bench.interleaved("echo", contestants, clients=100, topics=1, inflight=1)
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
    before, resident = heap.census(server.process.pid), server.resident_bytes()
    process = subprocess.Popen(
        [ROOT / ".build/release/channelsocket", "bench", "connect", "--url", server.url, "--clients", str(clients),
         "--hold", str(hold)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    if not any("holding" in line for line in process.stderr):
        raise SystemExit("bench: the idle clients could not connect")
    after = heap.census(server.process.pid)
    resident = (server.resident_bytes() - resident) / clients
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
    total = sum(row[2] for row in rows)
    tables.memory += [
        ("all of the heap", f"{sum(row[1] for row in rows):.2f}", number(total)),
        ("what the allocator adds, less what it had left from the first clients", "", number(resident - total)),
        ("resident (PSS)", "", number(resident)),
    ]


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

        # The node that the messages come to has the servers' core for itself.
        publisher, receiver = nodes
        publisher_core = CORES[2] if len(CORES) > 2 else LOAD_CORE
        publisher.move({publisher_core})
        runs = bench.interleaved("fanout", {"two nodes": nodes}, measured=[receiver], clients=2, topics=1,
                                 inflight=512)["two nodes"]
        rate, load = median(runs, "traffic", "crossedPerSecond"), median(runs, "traffic", "serverLoad")
        tables.least("two nodes: messages into one node, which has a core", "/s", rate / load, 100_000,
                     f"{number(rate)}/s took {number(load * 100)} % of its core; the other node, the generator and Redis "
                     f"were on {'the other core' if publisher_core == LOAD_CORE else 'two others'}")
    finally:
        for node in nodes:
            node.stop()
        redis.stop()


def scaling(bench, tables, ours, floor):
    quick = bench.options.quick
    contestants = {"floor": [floor], "ours": [ours]}
    rounds = 1 if quick else max(1, bench.options.rounds - 1)
    flat = []
    cases = [(count, 1) for count in ((10, 1000) if quick else (10, 100, 1000, 10_000))]
    # One subscriber, who publishes: so every delivery carries the cost of a message in, however many topics there are.
    cases += [(count, count) for count in ((10, 1000) if quick else (1, 10, 100, 1000, 10_000))]
    for clients, topics in cases:
        runs = bench.interleaved("fanout", contestants, rounds, clients=clients, topics=topics, inflight=1)
        mine, floors = median(runs["ours"], *CPU), median(runs["floor"], *CPU)
        if topics == 1 and clients > 1:
            flat.append((mine, floors))
        tables.scaling.append((f"{topics:,}", f"{clients // topics:,}", number(mine), number(floors),
                               number(mine / floors), number(median(runs["ours"], *RATE))))
    tables.flat(f"1 topic x {cases[0][0]} to {max(clients for clients, topics in cases if topics == 1):,}", flat)


def spreading(bench, tables, ours, floor):
    """What a delivery costs with more and more topics, when nothing else changes: neither how many members a topic has,
    nor how many messages come in for so many deliveries."""
    members, rate = 100, 500
    contestants = {"floor": [floor], "ours": [ours]}
    flat = []
    counts = (1, 100) if bench.options.quick else (1, 10, 100, 1000, 10_000)
    for topics in counts:
        clients = min(topics * members, 1000)
        joins = topics * members // clients
        runs = bench.interleaved("fanout", contestants, clients=clients, topics=topics, joins=joins, rate=rate)
        mine, floors = median(runs["ours"], *CPU), median(runs["floor"], *CPU)
        tables.spreading.append((f"{topics:,}", f"{topics * members:,}", number(mine), number(floors),
                                 number(mine / floors), spread(runs["ours"], *CPU), spread(runs["floor"], *CPU)))
        flat.append((mine, floors))
    tables.flat(f"1 to {counts[-1]:,} topics x {members}, one message at a time", flat)


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
    """What a second event loop brings.

    Where servers and generator have two cores each, that is how much more is delivered. Where they have to share two,
    the rate says nothing; but two loops deliver as many times more, given cores, as their CPU time for each delivery
    allows: twice as much if none is lost to what they share.
    """
    shares = len(CORES) < 4
    server_cores, load_cores = (CORES[:2], CORES[:2]) if shares else (CORES[:2], CORES[2:4])
    contestants = {threads: [start_contract("--threads", threads, cores=server_cores)] for threads in (1, 2)}
    if not shares:
        contestants[1][0].move(server_cores[:1])
    runs = bench.interleaved("fanout", contestants, cores=load_cores, threads=2, clients=1000, topics=100, inflight=4)
    one, two = (median(runs[threads], *(CPU if shares else RATE)) for threads in (1, 2))
    tables.least("2 event loops against 1, 100 topics x 10, 4 in flight", "x", 2 * one / two if shares else two / one, 1.7,
                 f"from CPU time on two cores that all share: {number(one)} us a delivery with 1, {number(two)} us with 2"
                 if shares else f"{number(one)} deliveries/s with 1, {number(two)} with 2")


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
    parser.add_argument("--only", help="comma-separated: fanout, latency, connect, memory, nodes, scaling, topics, loops")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.warmup, options.duration = 1, 0.3, 1
    allow_files(11_000, "bench: for 10,000 clients")
    parts = set((options.only or "fanout,latency,connect,memory,nodes,scaling,topics,loops").split(","))

    bench, tables, where = Bench(options), Tables(), machine()
    contract = ROOT / ".build/release/phoenix-contract"
    running, checks = [], []

    def start(*command, **settings):
        server = Server(command, **settings)
        running.append(server)
        return server

    def start_contract(*arguments, **settings):
        defaults = [] if "--threads" in arguments else ["--threads", 1]
        return start(contract, "--port", 0, *defaults, *arguments, **settings)

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
        if "loops" in parts:
            loops(bench, tables, start_contract)
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
    for fault in bench.faults:
        print(f"\nFAULT: {fault}")
    sys.exit(2 if bench.faults else 0)


if __name__ == "__main__":
    main()
