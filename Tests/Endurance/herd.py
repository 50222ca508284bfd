"""Clients that all come back at once, and all have to go at once: herd.py [CLIENTS]

For each row of the first table there is a Redis and a node of its own. All clients connect and join in the same moment;
meanwhile /health is asked over and over, as a stand-in for those who want something else of the node. Then they are idle,
and the commands that Redis gets are counted. Fails when a client does not join within the 10 s that phoenix.js waits, or
much later than most of the others, or is disconnected.

For the second table a node with all clients connected is told to end. Fails when one is not closed with 1012 within the
window, when too many are closed at once, or when the node does not end in order.
"""

import asyncio
import bisect
import json
import pathlib
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "System"))

from cluster import BINARY, Node, Process, Redis, wait_until
from descriptors import allow_files
from phoenix import Client, Closed, frame

PATIENCE = 10
IDLE = 20
# Who came first is served first, so whoever waits longest waits for all the others; if they are served evenly, that is
# twice the median. Beyond four times the median somebody was passed over.
UNFAIR = 4
WINDOW = 5
# What a close handshake takes on a busy machine, beyond the window.
GRACE = 5
# No second may see more clients go than this many times its fair share, or they would be back all at once.
CROWD = 3
CONNECTING_AT_ONCE = 64


def commands(redis):
    """How many commands Redis has got."""
    return int(redis.command("INFO", "stats").split("total_commands_processed:")[1].split()[0])


def health(node):
    begun = time.monotonic()
    with urllib.request.urlopen(f"{node.url}/health", timeout=60) as answer:
        return json.load(answer), time.monotonic() - begun


def start(redis):
    environment = {"CHANNELSOCKET_DRAIN_DELAY": "0", "CHANNELSOCKET_DRAIN_WINDOW": str(WINDOW)}
    node = Node("herd", redis, environment=environment)
    wait_until("the node to be joined with Redis", lambda: health(node)[0]["status"] == "ok")
    return node


def come_back(clients, topics, query):
    """Prints a row: what the herd met, and what it costs when it is idle; returns what was wrong with that."""
    redis = Redis()
    node = bench = None
    try:
        node = start(redis)
        bench = Process("herd-bench", [
            BINARY, "bench", "connect", "--url", f"ws://{node.address}/socket{query}", "--clients", clients,
            "--parallel", clients, "--topics", topics, "--patience", 60, "--hold", IDLE + 15, "--quiet", "--json"])
        slowest = 0

        def joined():
            nonlocal slowest
            report, took = health(node)
            slowest = max(slowest, took)
            return report["channels"] == clients or bench.process.poll() is not None

        wait_until("all clients to join", joined, deadline=90)
        if bench.process.poll() is not None:
            dropped = {kind: number for kind, number in health(node)[0]["dropped"].items() if number}
            return [f"the bench ended with {bench.process.returncode}: {bench.log.read_text().strip()}; dropped: {dropped}"]
        time.sleep(5)
        before = commands(redis)
        time.sleep(IDLE)
        # One of them is this question itself.
        idle = (commands(redis) - before - 1) / IDLE
        output, _ = bench.process.communicate(timeout=60)
        if bench.process.returncode not in (0, 2):
            return [f"the bench ended with {bench.process.returncode}: {bench.log.read_text().strip()}"]
        report = json.loads(output)
        latency = report["connect"]["latency"]
        p50, p99, longest = (latency[key] / 1_000_000 for key in ("p50", "p99", "max"))
        print(f"| {clients:,} | {topics:,} | {'yes' if query else 'no'} | {report['connect']['seconds']:.1f} s"
              f" | {p50:.2f} s | {p99:.2f} s | {longest:.2f} s | {slowest:.2f} s | {idle:.1f} |", flush=True)
        failures = []
        # The bench ends with 2 when something happened that must not, such as a client whose connection ended.
        if bench.process.returncode != 0:
            failures.append(f"the bench found faults: {report['faults']}")
        if longest > PATIENCE:
            failures.append(f"some client waited {longest:.1f} s for its join, longer than {PATIENCE} s")
        # With presence the later a client joins, the more members there are that it has to be told.
        if not query and p99 > UNFAIR * p50:
            failures.append(f"joins are not fair: p99 is {p99:.2f} s with a median of {p50:.2f} s")
        return failures
    finally:
        for process in (bench, node):
            if process and process.process.poll() is None:
                process.kill()
        redis.close()


async def connect(node, count, topics):
    """Clients that have joined, a topic each."""
    gate = asyncio.Semaphore(CONNECTING_AT_ONCE)

    async def one(number):
        async with gate:
            client = await Client.connect(node.port)
            await client.join(f"room:{number % topics}")
            return client

    return await asyncio.wait_for(asyncio.gather(*(one(number) for number in range(count))), 50)


async def last_words(client):
    """The code that the server closes a client with, and when."""
    try:
        while True:
            await client.receive_frame()
    except Closed as end:
        now = time.monotonic()
        if end.code is not None:
            client.writer.write(frame(8, end.code.to_bytes(2, "big")))
        client.writer.close()
        return end.code, now


async def leave(node, count, topics=100):
    """Has a node drain while clients are connected; returns their close codes, and after how many seconds each came."""
    clients = await connect(node, count, topics)
    waiting = [asyncio.create_task(last_words(client)) for client in clients]
    # All of them listen before anything happens.
    await asyncio.sleep(0)
    began = time.monotonic()
    node.process.terminate()
    done, late = await asyncio.wait(waiting, timeout=WINDOW + GRACE)
    for task in late:
        task.cancel()
    ends = [task.result() for task in done]
    return [code for code, _ in ends], sorted(when - began for _, when in ends)


def drain(count):
    """Prints a row: how the clients of a node that ends were sent away; returns what was wrong with that."""
    redis = Redis()
    node = None
    try:
        node = start(redis)
        codes, times = asyncio.run(leave(node, count))
        began = time.monotonic()
        code = node.stop(deadline=30)
        ended = time.monotonic() - began
        right = codes.count(1012)
        crowd = max((bisect.bisect_left(times, begin + 1) - at for at, begin in enumerate(times)), default=0)
        fair = count / WINDOW
        print(f"| {count:,} | {right:,} | {times[0] if times else 0:.2f} s | {times[-1] if times else 0:.2f} s"
              f" | {crowd:,} ({crowd / fair:.1f} times) | {code}, {ended:.2f} s later |", flush=True)
        failures = []
        if right != count:
            others = {code: codes.count(code) for code in set(codes) - {1012}}
            failures.append(f"{right:,} of {count:,} clients were closed with 1012 within {WINDOW + GRACE} s; others: {others}")
        if crowd > CROWD * fair:
            failures.append(f"{crowd:,} clients were closed within a second, where {fair:,.0f} would be fair")
        if code != 0:
            failures.append(f"the node ended with {code}")
        return failures
    finally:
        if node and node.process.poll() is None:
            node.kill()
        redis.close()


def main():
    clients = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    allow_files(clients + 500, f"herd: for {clients:,} clients")
    print("| clients | topics | presence | all joined after | join p50 | join p99 | slowest join | slowest /health "
          "| Redis commands/s when idle |")
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    failures = []
    for topics, query in ((1, ""), (100, ""), (clients, ""), (100, "?user=u"), (1, "?user=u")):
        try:
            wrong = come_back(clients, topics, query)
        except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
            wrong = [str(error)]
        failures += [f"{topics} topics{', presence' if query else ''}: {what}" for what in wrong]
    print(f"\nSIGTERM, a window of {WINDOW} s:\n")
    print("| clients | closed with 1012 | first after | last after | most within a second (of the fair share) | exit code |")
    print("|---|---|---|---|---|---|", flush=True)
    try:
        wrong = drain(clients)
    except (AssertionError, OSError, TimeoutError, Closed) as error:
        wrong = [repr(error)]
    failures += [f"drain: {what}" for what in wrong]
    for failure in failures:
        print(f"FAILED {failure}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
