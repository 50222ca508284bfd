"""The rows of two nodes with Redis between them."""

import json
import os
import statistics
import subprocess

from generator import note
from report import Costs, figures, median, number, spread
from servers import CORES, LOAD_CORE, SERVER_CORE, Redis


def two_nodes(bench, tables, start_contract):
    redis = Redis()
    nodes = [start_contract("--redis", redis.url) for _ in range(2)]
    try:
        added_latency(bench, tables, nodes, redis)
        messages_into_one(bench, tables, nodes, redis)
        messages_between_two(bench, tables, nodes)
    finally:
        for node in nodes:
            node.stop()
        redis.stop()


def program(bench, name, core, *arguments):
    """What one of the programs beside the floor found, which runs on a core."""
    done = subprocess.run(
        [bench.options.floor.parent / name, *map(str, arguments)], check=True, text=True, stdout=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    return json.loads(done.stdout)


def added_latency(bench, tables, nodes, redis):
    count = 300 if bench.options.quick else 1000
    raws, ours = [], []
    for round_ in range(bench.options.rounds):
        note(f"two nodes over Redis, round {round_ + 1}")
        raws.append(program(bench, "redis", SERVER_CORE, redis.port, count, 5000)["p50"])
        ours.append(bench.run("fanout", nodes, clients=2, topics=1, rate=200))
    same, cross = (figures(ours, "traffic", where, "p50") for where in ("latency", "crossLatency"))
    tables.ratio("two nodes: added median latency, against PUBLISH -> SUBSCRIBE in C",
                 Costs([there - here for here, there in zip(same, cross)], raws), 1.5,
                 f"same node p50 {number(statistics.median(same))} us, other node p50 "
                 f"{number(statistics.median(cross))} us, p99 {number(median(ours, 'traffic', 'crossLatency', 'p99'))} us")


def messages_into_one(bench, tables, nodes, redis):
    """How many messages of other nodes one takes, which has the servers' core for itself.

    What they publish is published by a program in C, through Redis and in the nodes' own form; all of it has to arrive at
    a client, once and in order.
    """
    receiver = nodes[1]
    rates, loads = [], []
    for round_ in range(bench.options.rounds):
        note(f"messages into one node, round {round_ + 1}")
        before = receiver.cpu_seconds()
        run = program(bench, "crossing", LOAD_CORE, redis.port, receiver.port, round(bench.options.duration * 1000))
        rates.append(run["arrived"] / run["seconds"])
        loads.append((receiver.cpu_seconds() - before) / run["seconds"])
    rate, load = statistics.median(rates), statistics.median(loads)
    tables.least("two nodes: messages into one node", "/s", rate, 100_000,
                 f"{spread(rates)}/s with {number(load * 100)} % of the node's core; a program in C publishes what another "
                 "node would, on the other core, as Redis is")


def messages_between_two(bench, tables, nodes):
    """How many messages a client of one node gets that clients of another one send; no goal, as what limits it where there
    are two cores is everything on the second."""
    publisher, receiver = nodes
    publisher_core = CORES[2] if len(CORES) > 2 else LOAD_CORE
    publisher.move({publisher_core})
    runs = bench.interleaved("fanout", {"two nodes": nodes}, measured=[receiver], clients=2, topics=1,
                             inflight=512)["two nodes"]
    rate, load = median(runs, "traffic", "crossedPerSecond"), median(runs, "traffic", "serverLoad")
    tables.figure(
        "two nodes: messages from one to the other", f"{number(rate)} /s", "", "",
        f"with {number(load * 100)} % of the receiver's core; the other node, the generator and Redis were on "
        f"{'the other core' if publisher_core == LOAD_CORE else 'two others'}",
    )
