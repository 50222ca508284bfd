"""The rows of two nodes with Redis between them."""

import json
import os
import statistics
import subprocess

from generator import note
from report import Costs, figures, median, number, verdict
from servers import CORES, LOAD_CORE, SERVER_CORE, Redis


def two_nodes(bench, tables, start_contract):
    redis = Redis()
    nodes = [start_contract("--redis", redis.url) for _ in range(2)]
    try:
        added_latency(bench, tables, nodes, redis)
        messages_into_one(bench, tables, nodes)
    finally:
        for node in nodes:
            node.stop()
        redis.stop()


def added_latency(bench, tables, nodes, redis):
    count = 300 if bench.options.quick else 1000
    raws, ours = [], []
    for round_ in range(bench.options.rounds):
        note(f"two nodes over Redis, round {round_ + 1}")
        done = subprocess.run(
            [bench.options.floor.parent / "redis", str(redis.port), str(count), "5000"], check=True, text=True,
            stdout=subprocess.PIPE, preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
        )
        raws.append(json.loads(done.stdout)["p50"])
        ours.append(bench.run("fanout", nodes, clients=2, topics=1, rate=200))
    same, cross = (figures(ours, "traffic", where, "p50") for where in ("latency", "crossLatency"))
    tables.ratio("two nodes: added median latency, against PUBLISH -> SUBSCRIBE in C",
                 Costs([there - here for here, there in zip(same, cross)], raws), 1.5,
                 f"same node p50 {number(statistics.median(same))} us, other node p50 "
                 f"{number(statistics.median(cross))} us, p99 {number(median(ours, 'traffic', 'crossLatency', 'p99'))} us")


def messages_into_one(bench, tables, nodes):
    """How many messages of the other node one takes, which has the servers' core for itself."""
    publisher, receiver = nodes
    publisher_core = CORES[2] if len(CORES) > 2 else LOAD_CORE
    publisher.move({publisher_core})
    runs = bench.interleaved("fanout", {"two nodes": nodes}, measured=[receiver], clients=2, topics=1,
                             inflight=512)["two nodes"]
    rate, load = median(runs, "traffic", "crossedPerSecond"), median(runs, "traffic", "serverLoad")
    goal = 100_000
    # What the others could send may be less than what the receiver can take.
    idle = rate < goal <= rate / load
    tables.figure(
        "two nodes: messages into one node", f"{number(rate)} /s", f">= {goal:,} /s",
        "not shown" if idle else verdict(rate >= goal),
        f"with {number(load * 100)} % of the node's core, which allows {number(rate / load)}/s; the other node, the "
        f"generator and Redis were on {'the other core' if publisher_core == LOAD_CORE else 'two others'}",
    )
