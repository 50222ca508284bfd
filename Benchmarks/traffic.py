"""The rows of messages: fan-out, replies, latency, and more event loops than one."""

from generator import CPU, RATE
from report import Costs, figures, median, number, spread, verdict
from servers import CORES

P50, P99 = ("traffic", "latency", "p50"), ("traffic", "latency", "p99")
PRODUCT = "the same, `channelsocket serve`"
LOOPS = "2 event loops against 1, 100 topics x 10, 4 in flight"


def costs(runs, name, path=CPU, floor="floor"):
    return Costs(figures(runs[name], *path), figures(runs[floor], *path))


def fanout(bench, tables, ours, product, floor, coalescing, baseline):
    contestants = {"floor": [floor], "ours": [ours], "product": [product]}
    runs = bench.interleaved("fanout", contestants, clients=1000, topics=1, inflight=1)
    row(tables, "1 topic x 1000, 1 in flight", 1.35, runs, "ours", "deliveries/s")
    row(tables, PRODUCT, 1.35, runs, "product", "deliveries/s")

    contestants |= {"floor": [coalescing]}
    if baseline:
        contestants["stock NIO handlers"] = [baseline]
    runs = bench.interleaved("fanout", contestants, clients=1000, topics=1, inflight=16)
    row(tables, "1 topic x 1000, 16 in flight, floor coalesces", 1.5, runs, "ours", "deliveries/s")
    row(tables, PRODUCT, 1.5, runs, "product", "deliveries/s")
    if baseline:
        against = costs(runs, "ours", floor="stock NIO handlers")
        tables.ratio("the same, stock NIO handlers instead of the floor", against, 0.1,
                     f"{number(1 / against.ratio)} times cheaper")

    contestants = {"floor": [floor], "ours": [ours], "product": [product]}
    runs = bench.interleaved("fanout", contestants, clients=1000, topics=1000, inflight=1)
    row(tables, "1000 topics x 1, 1 in flight each", 2, runs, "ours", "messages/s")
    # What the program does besides, a reply to each push, does not get lost among deliveries here: so there is no goal.
    row(tables, PRODUCT, None, runs, "product", "messages/s, each with a reply besides")
    # The rooms of a stock server have no event that is only replied to.
    del contestants["product"]
    runs = bench.interleaved("echo", contestants, clients=100, topics=100, inflight=1)
    row(tables, "push -> reply, 100 clients", 2, runs, "ours", "replies/s")


def row(tables, work, goal, runs, name, unit):
    tables.ratio(work, costs(runs, name), goal, f"{number(median(runs[name], *RATE))} {unit}; CPU "
                 f"{spread(figures(runs[name], *CPU))} us, floor {spread(figures(runs['floor'], *CPU))} us")


def latency(bench, tables, ours, product, floor):
    contestants = {"floor": [floor], "ours": [ours], "product": [product]}
    runs = bench.interleaved("fanout", contestants, longer=3, clients=100, topics=1, rate=200)
    floors = f"floor {number(median(runs['floor'], *P50))} us"
    for name, title in (("ours", "latency p99 at 20,000 deliveries/s (1 x 100)"), ("product", PRODUCT)):
        tables.ratio(title, costs(runs, name, P99), 2, f"p50 {number(median(runs[name], *P50))} us, {floors}")

    del contestants["product"]
    runs = bench.interleaved("fanout", contestants, longer=2, clients=1, topics=1, rate=50)
    tables.ratio("latency p50 when idle (1 x 1, 50 messages/s): coalescing adds nothing", costs(runs, "ours", P50))


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
    runs = bench.interleaved("fanout", contestants, **bench.shorter, cores=load_cores, threads=2, clients=1000,
                             topics=100, inflight=4)
    if shares:
        pair = costs(runs, 2, floor=1)
        gain = 2 / pair.ratio
        tables.figure(
            LOOPS, f"{number(gain)} x, computed", ">= 1.7 x, where cores allow", verdict(gain >= 1.7),
            f"not a throughput, as all share two cores here: from CPU time, {number(pair.floors)} us a delivery with 1, "
            f"{number(pair.ours)} us with 2",
            rounds=spread([2 / ratio for ratio in pair.ratios]),
        )
    else:
        one, two = (median(runs[threads], *RATE) for threads in (1, 2))
        tables.least(LOOPS, "x", two / one, 1.7,
                     f"{number(one)} deliveries/s with 1, {number(two)} with 2")
