"""Churn for some minutes, first with two nodes on one Redis, then with one node alone: soak.py [MINUTES]

Clients come, join, push, track presence, leave and go, in every order and half of them without a word; some rooms are
everybody's, others nobody's but theirs. Meanwhile publishers on all nodes send numbered messages, which an observer on
each node must get once and in order. When everybody is gone, each node must hold what it held after an earlier round:
memory, file descriptors, connections, channels; nobody may be present, and nothing subscribed, in Redis.
"""

import asyncio
import pathlib
import random
import sys
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "System"))

from cluster import Node, Redis, wait_until
from descriptors import allow_files
from meter import Meter
from phoenix import DEADLINE, Client, Closed, Refused

CHURNING = 100
ROOMS = 20
# Of a client's own, each: what a node keeps of a room that nobody will ever join again adds up.
OWN_ROOMS = 3
PUBLISHERS = 4
# The allocator's own ups and downs are a tenth of it; a kilobyte kept of each client is more within minutes.
KEPT_MEBIBYTES = 3
OBSERVED = "room:observed"


class Round:
    """Everything that goes on for a while."""

    def __init__(self, nodes, seconds):
        self.nodes = nodes
        self.end = time.monotonic() + seconds
        self.lives = self.pushes = 0
        self.published = [0] * PUBLISHERS
        self.failures = []

    async def run(self):
        observers = [await self.join(node, OBSERVED) for node in self.nodes]
        seen = [[0] * PUBLISHERS for _ in observers]
        observing = [asyncio.create_task(self.observe(*pair)) for pair in zip(observers, seen)]
        beating = [asyncio.create_task(self.beat(observer)) for observer in observers]
        await asyncio.gather(
            *(self.churn() for _ in range(CHURNING)),
            *(self.publish(number, self.nodes[number % len(self.nodes)]) for number in range(PUBLISHERS)),
        )
        deadline = time.monotonic() + DEADLINE
        while any(numbers != self.published for numbers in seen) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        for observer, numbers in zip(observers, seen):
            if numbers != self.published:
                self.failures.append(f"an observer saw {numbers} of {self.published} messages")
            observer.abort()
        for task in observing + beating:
            task.cancel()

    async def join(self, node, topic, user=None):
        client = await Client.connect(node.port, f"&user={user}" if user else "")
        try:
            await client.join(topic)
        except BaseException:
            client.abort()
            raise
        return client

    async def publish(self, number, node):
        client = await self.join(node, OBSERVED)
        while time.monotonic() < self.end:
            self.published[number] += 1
            ref = client.send("n", {"from": number, "n": self.published[number]}, OBSERVED, "j")
            await asyncio.wait_for(client.reply(ref), DEADLINE)
            await asyncio.sleep(0.01)
        await client.close()

    async def beat(self, client):
        """Keeps a client that only listens from being closed for its silence."""
        while True:
            await asyncio.sleep(20)
            client.send("heartbeat", {}, "phoenix")

    async def observe(self, client, seen):
        """Notes each publisher's last message, and complains if it is not the next."""
        while True:
            message = await client.receive()
            if message[3] == "n":
                number = message[4]["from"]
                if message[4]["n"] != seen[number] + 1:
                    self.failures.append(f"publisher {number}: {message[4]['n']} came after {seen[number]}")
                seen[number] = message[4]["n"]

    async def churn(self):
        while time.monotonic() < self.end:
            try:
                await asyncio.wait_for(self.live(), DEADLINE)
                self.lives += 1
            except (Closed, Refused, OSError, TimeoutError) as error:
                self.failures.append(f"a client was not served: {error!r}")
                await asyncio.sleep(1)

    async def live(self):
        """The life of one client."""
        topics = [f"room:{number}" for number in random.sample(range(ROOMS), random.randint(1, 3))]
        topics += [f"room:{uuid.uuid4()}" for _ in range(OWN_ROOMS)]
        client = await self.join(random.choice(self.nodes), topics[0], user=f"u{random.randrange(50)}")
        try:
            for topic in topics[1:]:
                await client.join(topic)
            for _ in range(random.randint(0, 10)):
                topic = random.choice(topics)
                ref = client.send("say", {"text": "x" * random.randrange(2_000)}, topic, "j")
                if (await client.reply(ref))["status"] != "ok":
                    self.failures.append("a push was refused")
                self.pushes += 1
                await asyncio.sleep(random.expovariate(20))
            if random.random() < 0.3:
                await client.reply(client.send("phx_leave", {}, topics[0], "j"))
            if random.random() < 0.5:
                await client.close()
        finally:
            client.abort()


def settle(meters, redis, descriptors):
    """Waits until nothing is left of the clients, and no more files are open than before; fails if something is."""
    for meter in meters:
        wait_until("all connections to end", lambda: meter.health()["connections"] == 0)
        wait_until("all channels to end", lambda: meter.health()["channels"] == 0)
        wait_until("presence to empty", lambda: meter.health()["presence"]["tracked"] == 0)
    if redis:
        wait_until("presence to empty in Redis", lambda: not redis.command("--scan", "--pattern", "cs:{room:*}:p"))
        wait_until("all topics to be unsubscribed", lambda: not redis.command("PUBSUB", "CHANNELS", "channels:room:*"))
    for meter, number in zip(meters, descriptors):
        wait_until(f"all but {number} files to be closed", lambda: meter.descriptors() <= number)


def churn(nodes, redis, seconds):
    """Three rounds of it; returns what went wrong."""
    meters = [Meter(node) for node in nodes]
    failures = []
    # What a node announces before it is connected with the others does not reach them.
    before = []
    descriptors = []
    for meter in meters:
        wait_until("the nodes to be joined", lambda: meter.health()["pubsub"]["connected"])
        before.append(meter.health()["dropped"])
        descriptors.append(meter.descriptors())
    # What the first rounds allocate may stay: tables that have grown, caches, connections to Redis.
    held = []
    for part in (0.2, 0.3, 0.5):
        current = Round(nodes, seconds * part)
        began = time.monotonic()
        asyncio.run(current.run())
        settle(meters, redis, descriptors)
        held.append([meter.memory() for meter in meters])
        shown = ", ".join(f"{memory:.1f} MiB" for memory in held[-1])
        print(f"{time.monotonic() - began:.0f} s: {current.lives:,} clients, {current.pushes:,} pushes, "
              f"{sum(current.published):,} observed messages; afterwards {shown}", flush=True)
        failures += current.failures
    for node, first, last in zip(nodes, held[1], held[-1]):
        if last > first + KEPT_MEBIBYTES:
            failures.append(f"{node.name} grew from {first:.1f} to {last:.1f} MiB")
    for node, meter, old in zip(nodes, meters, before):
        counts = meter.health()["dropped"]
        dropped = {kind: count - old[kind] for kind, count in counts.items() if count > old[kind]}
        if dropped:
            failures.append(f"{node.name} dropped {dropped}")
    return failures


def soak(names, redis, seconds):
    nodes = [Node(f"soak_{name}", redis) for name in names]
    failures = []
    try:
        failures += churn(nodes, redis, seconds)
    except AssertionError as error:
        failures.append(str(error))
    finally:
        for node in nodes:
            if node.stop() != 0:
                failures.append(f"{node.name} did not end in order")
    return failures


def main():
    seconds = 60 * float(sys.argv[1] if len(sys.argv) > 1 else 4)
    # A hundred clients at a time, and what is still being closed of those before them.
    allow_files(2_000, "soak")
    redis = Redis()
    try:
        print("Two nodes on one Redis", flush=True)
        failures = soak("ab", redis, seconds / 2)
    finally:
        redis.close()
    print("One node alone", flush=True)
    failures += soak(["alone"], None, seconds / 2)
    for failure in failures[:20]:
        print(f"FAILED {failure}")
    print("soak: " + (f"{len(failures)} failures" if failures else "everything came back"))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
