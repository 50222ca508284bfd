"""The rows of growth: what a delivery costs with more subscribers and with more topics."""

from generator import RATE
from report import median, number, spread
from traffic import costs


def subscribers(bench, tables, ours, floor):
    quick = bench.options.quick
    flat = []
    cases = [(count, 1) for count in ((10, 1000) if quick else (10, 100, 1000, 10_000))]
    # One subscriber, who publishes: so every delivery carries the cost of a message in, and every topic of a connection.
    cases += [(count, count) for count in ((10, 1000) if quick else (1, 10, 100, 1000, 10_000))]
    for clients, topics in cases:
        grows = topics == 1 and clients > 1
        rounds = bench.shortest if grows else bench.shorter
        runs = bench.interleaved("fanout", {"floor": [floor], "ours": [ours]}, **rounds, clients=clients, topics=topics,
                                 inflight=1)
        pair = costs(runs, "ours")
        if grows:
            flat.append(pair)
        tables.scaling.append((f"{topics:,}", f"{clients // topics:,}", number(pair.ours), number(pair.floors),
                               number(pair.ratio), spread(pair.ratios), number(median(runs["ours"], *RATE))))
    tables.flat(f"1 topic x {cases[0][0]} to {max(clients for clients, topics in cases if topics == 1):,}", flat)


def topics(bench, tables, ours, floor):
    """What a delivery costs with more and more topics, when neither the members of a topic nor the messages that come in
    for so many deliveries change. Connections are 100 with one topic, and 1,000 with more."""
    members, rate = 100, 500
    flat = []
    counts = (1, 100) if bench.options.quick else (1, 10, 100, 1000, 10_000)
    for count in counts:
        clients = min(count * members, 1000)
        joins = count * members // clients
        rounds = bench.shortest if count < 1000 else bench.shorter
        runs = bench.interleaved("fanout", {"floor": [floor], "ours": [ours]}, **rounds, clients=clients, topics=count,
                                 joins=joins, rate=rate)
        pair = costs(runs, "ours")
        tables.spreading.append((f"{count:,}", f"{count * members:,}", number(pair.ours), number(pair.floors),
                                 number(pair.ratio), spread(pair.ratios)))
        flat.append(pair)
    tables.flat(f"1 to {counts[-1]:,} topics x {members}, one message at a time", flat)
