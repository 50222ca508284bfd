"""The rows of connections: how fast they come, and what they cost when idle."""

import json
import subprocess
import time
import urllib.request

import heap
from generator import PROGRAM, note
from report import Costs, figures, median, number, spread


def connect(bench, tables, start_product, start_floor):
    clients = 2_000 if bench.options.quick else 10_000
    reports = {"ours": [], "floor": []}
    for round_ in range(bench.options.rounds):
        for name, start in (("floor", start_floor), ("ours", start_product)):
            note(f"connect, {clients} clients, {name}, round {round_ + 1}")
            server = start()
            # The first clients pay for what all share: code that is touched for the first time, pools, tables.
            bench.run("connect", [server], clients=100, hold=0.2)
            reports[name].append(bench.run("connect", [server], clients=clients, hold=1))
            server.stop()
    path = ("connect", "cpuPerClient")
    pair = Costs(*(figures(reports[name], *path) for name in ("ours", "floor")))
    tables.least(f"connect + join, {clients:,} clients", "/s a core", 1e6 / pair.ours, 5000,
                 f"{number(pair.ours)} us of CPU each ({spread(figures(reports['ours'], *path))}), floor "
                 f"{number(pair.floors)}; by the clock {number(median(reports['ours'], 'connect', 'perSecond'))}/s, floor "
                 f"{number(median(reports['floor'], 'connect', 'perSecond'))}/s, with a generator on one core")
    memory = figures(reports["ours"], "connect", "memoryPerClient")
    per_client = median(reports["ours"], "connect", "memoryPerClient")
    tables.most(f"memory (PSS) of an idle joined client, {clients:,} of them", "KiB",
                None if per_client is None else per_client / 1024, 6,
                f"{number(per_client)} bytes ({spread(memory)}) that are no file's")


class IdleClients:
    """Clients that join a topic and stay."""

    def __init__(self, server, clients):
        self.process = subprocess.Popen(
            [PROGRAM, "bench", "connect", "--url", server.url, "--clients", str(clients), "--hold", "600"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        if not any("holding" in line for line in self.process.stderr):
            raise SystemExit("bench: the idle clients could not connect")

    def leave(self):
        self.process.terminate()
        self.process.wait()
        self.process.stderr.close()


def memory(bench, tables, start_product):
    """Where the memory of idle clients goes: what the heap has more with them than without.

    Without means with a hundred others, who paid for what all share.
    """
    clients, others = 1_000, 100
    note(f"heap of {clients} idle clients")
    server = start_product()
    groups = []
    try:
        groups.append(IdleClients(server, others))
        before, anonymous_before = census(server, others)
        groups.append(IdleClients(server, clients))
        after, anonymous = census(server, others + clients)
    finally:
        for group in groups:
            group.leave()
        server.stop()
    anonymous = (anonymous - anonymous_before) / clients
    rows = []
    for name, (count, size) in after.items():
        count_before, size_before = before.get(name, (0, 0))
        rows.append((name, (count - count_before) / clients, (size - size_before) / clients))
    rows.sort(key=lambda row: -row[2])
    tables.memory += [(name, f"{count:.2f}", number(size)) for name, count, size in rows if size >= 8]
    total = sum(row[2] for row in rows)
    tables.memory += [
        ("all of the heap", f"{sum(row[1] for row in rows):.2f}", number(total)),
        ("what the allocator adds, less what it had free before", "", number(anonymous - total)),
        ("resident (PSS), no file's", "", number(anonymous)),
    ]


def census(server, clients):
    """The heap and the resident memory of a server while just so many clients are there."""
    expect(server, clients)
    # What a join leaves behind is freed with the event loops' next turns.
    time.sleep(1)
    found = heap.census(server.process.pid), server.anonymous_bytes()
    expect(server, clients)
    return found


def expect(server, clients):
    deadline = time.monotonic() + 10
    while True:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/health", timeout=10) as answer:
            found = json.load(answer)["connections"]
        if found == clients:
            return
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: {found} clients are connected, {clients} should be")
        time.sleep(0.05)
