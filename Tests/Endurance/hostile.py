"""What hostile clients cost a node, and whether a normal client notices: hostile.py [ATTACK ...]

Each attack goes on while a normal client, in a process of its own, pushes, and connects anew, all the time. Prints a
table; fails if that client ever waited longer than a second, if memory does not come back, or if an attacker got
anything else than the limits promise.
"""

import asyncio
import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "System"))

from cluster import Node, wait_until
from descriptors import allow_files
from meter import Meter
from phoenix import Client, Closed, Refused, frame, handshake

# Not the normal client's address, as an attacker's would not be.
ATTACKER = "127.0.0.66"
WORST_MILLISECONDS = 1000
# Beyond what a node holds anyway for its next connections; it looks every 5 s for what it can give back.
KEPT_MEBIBYTES = 15
GIVE_BACK_SECONDS = 15
# What docs/limits.md says of one connection.
MAX_CHANNELS = 100
JOINS_AT_ONCE = 500
JOINS_PER_SECOND = 50


class Prober:
    """The normal client."""

    def __init__(self, port):
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "prober.py"), str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def worst(self):
        """The worst latencies in ms since the last call."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        report = json.loads(self.process.stdout.readline() or '{"failed": "it ended"}')
        if "failed" in report:
            sys.exit(f"the normal client was not served: {report['failed']}")
        return report

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


async def half_open(meter, count=5_000, least=4_000):
    """Connections that never finish their request: silent, or cut in the middle of the head.

    At least so many must be open at once, as there are no WebSockets that would need the files.
    """
    request = handshake(meter.port)
    writers = []
    readers = []
    before = peak = meter.descriptors()

    async def look():
        nonlocal peak
        while True:
            peak = max(peak, meter.descriptors())
            await asyncio.sleep(0.05)

    looking = asyncio.create_task(look())
    for number in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", meter.port, local_addr=(ATTACKER, 0))
        writer.write(request[: number % len(request)])
        readers.append(reader)
        writers.append(writer)

    async def end(reader):
        try:
            while await reader.read(4096):
                pass
        except OSError:
            pass

    began = time.monotonic()
    done, waiting = await asyncio.wait([asyncio.create_task(end(reader)) for reader in readers], timeout=60)
    seconds = time.monotonic() - began
    looking.cancel()
    for writer in writers:
        writer.transport.abort()
    held = peak - before
    return (f"{held:,} open at once, {len(done):,} closed by the server, the last after {seconds:.1f} s",
            not waiting and held >= least)


def shown(counts):
    return ", ".join(f"{count:,} × {outcome}" for outcome, count in sorted(counts.items()))


def exactly(**expected):
    """Outcomes that begin like the expected ones (`_` for a blank), as many of each, and no others."""
    wanted = {beginning.replace("_", " "): count for beginning, count in expected.items()}

    def judge(counts):
        found = {
            beginning: sum(n for outcome, n in counts.items() if outcome.startswith(beginning)) for beginning in wanted}
        return found == wanted and sum(counts.values()) == sum(wanted.values())

    return judge


def served_or_too_slow(counts):
    """Some were served, and nothing else has happened but what happens to members who don't read fast enough."""
    return all(outcome == "ok" or outcome.startswith("closed with 1008 too slow") for outcome in counts) and "ok" in counts


async def outcomes(attempts, judge):
    """Runs attempts, eight at a time, and counts how they ended; returns that, and whether it was right."""
    counts = {}
    gate = asyncio.Semaphore(8)

    async def one(attempt):
        async with gate:
            try:
                outcome = await attempt()
            except (Closed, Refused) as end:
                outcome = str(end)
            except OSError as error:
                outcome = type(error).__name__
            counts[outcome] = counts.get(outcome, 0) + 1

    await asyncio.gather(*(one(attempt) for attempt in attempts))
    return shown(counts), judge(counts)


def nested(port, count=100, depth=100_000):
    """Payloads nested deeper than any stack would take."""
    async def attempt(opening, closing):
        client = await Client.connect(port, source=ATTACKER)
        try:
            await client.join("room:nested")
            client.write(f'["j","2","room:nested","deep",{opening * depth}1{closing * depth}]')
            return (await client.reply("2"))["status"]
        finally:
            client.abort()

    return [lambda: attempt("[", "]"), lambda: attempt('{"a":', "}")] * (count // 2)


def large(port, size, topic=lambda number: f"room:large-{number}", count=20):
    """Frames of many bytes, valid JSON."""
    async def attempt(number):
        client = await Client.connect(port, source=ATTACKER)
        try:
            await client.join(topic(number))
            head, tail = f'["j","2","{topic(number)}","big",{{"a":"', '"}]'
            client.write(head + "x" * (size - len(head) - len(tail)) + tail)
            return (await client.reply("2"))["status"]
        finally:
            client.abort()

    return [lambda number=number: attempt(number) for number in range(count)]


async def joins(port, topic, most, count=100_000):
    """One client that joins as fast as it can.

    Each join is answered, or the client is closed for its many refused messages; `most` says how many may be accepted
    in a number of seconds.
    """
    began = time.monotonic()
    client = await Client.connect(port, source=ATTACKER)
    counts = {}
    end = None

    async def read():
        while sum(counts.values()) < count:
            message = await client.receive()
            if message[3] == "phx_reply":
                payload = message[4]
                outcome = payload["response"].get("reason", "?") if payload["status"] == "error" else "ok"
                counts[outcome] = counts.get(outcome, 0) + 1

    reading = asyncio.create_task(read())
    try:
        try:
            for number in range(count):
                client.write(json.dumps([str(number), str(number), topic(number), "phx_join", {}]))
                if number % 100 == 0:
                    await client.writer.drain()
                    if reading.done():
                        break
        except OSError:
            # Why, is for the reader to tell.
            pass
        await asyncio.wait_for(reading, 60)
    except (Closed, OSError, TimeoutError) as error:
        end = error
    finally:
        reading.cancel()
        client.abort()
    is_closed = isinstance(end, Closed) and end.code == 1008
    is_answered = end is None and sum(counts.values()) == count
    text = shown(counts) + (f", then {str(end) or type(end).__name__}" if end else "")
    return text, (is_answered or is_closed) and 0 < counts.get("ok", 0) <= most(time.monotonic() - began)


async def cycles(port, count=20_000):
    """Clients that come, join and go, half of them without a word."""
    async def attempt(number):
        client = await Client.connect(port, f"&user=u{number}", source=ATTACKER)
        try:
            await client.join("room:cycles")
        except BaseException:
            client.abort()
            raise
        if number % 2:
            await client.close()
            return "left"
        client.abort()
        return "gone"

    return await outcomes(
        [lambda number=number: attempt(number) for number in range(count)], exactly(left=count // 2, gone=count // 2))


def dropped(port, *kinds):
    """How often the node has dropped something of these kinds."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=30) as response:
        counts = json.load(response)["dropped"]
    return sum(counts[kind] for kind in kinds)


async def until_dropped(port, count, *kinds, deadline=90):
    """Waits until the node has dropped so many more; returns in how many seconds it dropped how many."""
    before = dropped(port, *kinds)
    began = time.monotonic()

    async def wait():
        while (done := await asyncio.to_thread(dropped, port, *kinds) - before) < count:
            if time.monotonic() - began > deadline:
                break
            await asyncio.sleep(0.1)
        return time.monotonic() - began, done

    return asyncio.create_task(wait())


async def unread(port, count=200, requests=600):
    """HTTP clients that ask for much and read nothing."""
    closing = await until_dropped(port, count, "unread_answers", "displaced_connections")
    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode() * requests
    clients = []
    for _ in range(count):
        client = socket.socket()
        # The less fits in here, the more the server has to keep.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.bind((ATTACKER, 0))
        client.setblocking(False)
        await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
        await asyncio.get_running_loop().sock_sendall(client, request)
        clients.append(client)
    seconds, closed = await closing
    for client in clients:
        client.close()
    return f"{closed} closed by the server, the last after {seconds:.0f} s", closed == count


async def deaf(port, count=100, messages=100, size=500_000):
    """Members of a room who read nothing, while another one sends a lot."""
    clients = []
    for _ in range(count):
        client = await Client.connect(port, source=ATTACKER)
        await client.join("room:deaf")
        client.writer.transport.pause_reading()
        clients.append(client)
    closing = await until_dropped(port, count, "slow_consumer_closes", deadline=10)
    publisher = await Client.connect(port, source=ATTACKER)
    await publisher.join("room:deaf")
    for _ in range(messages):
        await publisher.reply(publisher.send("new_msg", {"text": "x" * size}, "room:deaf", "j"))
    _, closed = await closing
    for client in [publisher, *clients]:
        client.abort()
    return f"{closed} of {count} closed as too slow", closed == count


def settled_memory(meter, before):
    """The memory after an attack, when what can be given back was."""
    deadline = time.monotonic() + GIVE_BACK_SECONDS
    while (memory := meter.memory()) - before > KEPT_MEBIBYTES and time.monotonic() < deadline:
        time.sleep(0.2)
    return memory


ATTACKS = {
    "half-open": ("5,000 half-open handshakes", half_open),
    "nested": ("100 × JSON of 100,000 levels",
               lambda meter: outcomes(nested(meter.port), exactly(closed_with_1008=100))),
    "oversized": ("20 × 10 MiB frame, above the limit",
                  lambda meter: outcomes(large(meter.port, 10 << 20), exactly(closed_with_1009=20))),
    "large": ("20 × 9.9 MB frame, below the limit, each to a room of its own",
              lambda meter: outcomes(large(meter.port, 9_900_000), exactly(ok=20))),
    # Each gets what up to seven others send, too.
    "crowded": ("20 × 9.9 MB frame, below the limit, to one room",
                lambda meter: outcomes(large(meter.port, 9_900_000, lambda number: "room:large"), served_or_too_slow)),
    "joins": ("100,000 joins of 100,000 topics",
              lambda meter: joins(meter.port, lambda number: f"room:{number}", lambda seconds: MAX_CHANNELS)),
    # Each takes the place of the one before, so only their rate has a limit.
    "rejoins": ("100,000 joins of one topic",
                lambda meter: joins(meter.port, lambda number: "room:again",
                                    lambda seconds: JOINS_AT_ONCE + JOINS_PER_SECOND * (seconds + 1))),
    "unread": ("200 HTTP clients that ask 600 times and never read", lambda meter: unread(meter.port)),
    "deaf": ("100 members who read none of 100 × 500 kB", lambda meter: deaf(meter.port)),
    "cycles": ("20,000 × connect, join, disconnect", lambda meter: cycles(meter.port)),
}


def main():
    allow_files(6_000, "hostile: for 5,000 half-open connections")
    node = Node("hostile")
    prober = Prober(node.port)
    failures = []
    try:
        meter = Meter(node)
        # What a node allocates with its first work is not the attack's.
        if not asyncio.run(cycles(node.port, 200))[1]:
            failures.append("warming up: not everybody was served")
        wait_until("the warming up to end", lambda: meter.health()["connections"] == 1)
        print("| attack | memory before, peak, after (MiB) | worst push, connect (ms) | s | what the attacker got |")
        print("| --- | --- | --- | --- | --- |", flush=True)
        for name in sys.argv[1:] or ATTACKS:
            title, attack = ATTACKS[name]
            before = meter.memory()
            meter.reset_peak()
            resident = meter.peak()
            prober.worst()
            began = time.monotonic()
            outcome, is_right = asyncio.run(attack(meter))
            seconds = time.monotonic() - began
            time.sleep(1)
            worst = prober.worst()
            wait_until("the attacker's connections to end", lambda: meter.health()["connections"] <= 2)
            after = settled_memory(meter, before)
            peak = before + meter.peak() - resident
            print(f"| {title} | {before:.1f}, {peak:.1f}, {after:.1f} | {worst['push']:.0f}, {worst['connect']:.0f} "
                  f"| {seconds:.1f} | {outcome} |", flush=True)
            if max(worst["push"], worst["connect"]) > WORST_MILLISECONDS:
                failures.append(f"{name}: a normal client waited longer than {WORST_MILLISECONDS} ms")
            if after - before > KEPT_MEBIBYTES:
                failures.append(f"{name}: {after - before:.0f} MiB did not come back")
            if not is_right:
                failures.append(f"{name}: not what the limits promise: {outcome}")
        print(f"dropped: {({k: v for k, v in meter.health()['dropped'].items() if v})}")
    finally:
        prober.stop()
        if node.stop() != 0:
            failures.append("the node did not end in order")
    for failure in failures:
        print(f"FAILED {failure}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
