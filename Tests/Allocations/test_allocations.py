"""What a node allocates does not depend on how many clients there are, nor has one that is idle a task.

Counts the allocations of a release build (a debug build makes temporaries on the heap) while `channelsocket bench`
sends messages over real sockets, or none; run by `make test`.
"""

import os
import re
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from collections import namedtuple
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PRODUCTS = ROOT / os.environ.get("PRODUCTS", ".build/release")

sys.path.insert(0, str(ROOT / "Benchmarks"))

import heap

CONTRACT, STOCK = ["phoenix-contract"], ["channelsocket", "serve"]
# The stock server's limits are above what people send, not above what a benchmark does.
ENVIRONMENT = {"REDIS_URL": "", "PORT": "", "LOG_LEVEL": "error", "CHANNELSOCKET_DRAIN_DELAY": "0",
               "CHANNELSOCKET_LIMITS_MESSAGE_RATE": "none", "CHANNELSOCKET_LIMITS_ACCEPTS_PER_SECOND": "none"}

# How the clients talk, and what a message may cost: less than one allocation more than it does when it is alone.
Case = namedtuple("Case", "name server threads options limit")

# With 1 in flight each broadcast is delivered to all before the next is sent; with 16, several that come together are
# written together, which costs less. With two topics, what a client gets of both at once has to be put together. The
# stock server replies as well.
BROADCASTS = [
    Case("one at a time", CONTRACT, 1, ["--inflight", "1"], 3),
    Case("16 in flight", CONTRACT, 1, ["--inflight", "16"], 3),
    Case("two event loops", CONTRACT, 2, ["--inflight", "1"], 4),
    Case("members of two topics", CONTRACT, 1, ["--inflight", "1", "--joins", "2", "--topics", "2"], 4),
    Case("a declared channel", STOCK, 1, ["--inflight", "1"], 7),
    Case("a declared channel, 16 in flight", STOCK, 1, ["--inflight", "16"], 6),
    Case("a declared channel, two event loops", STOCK, 2, ["--inflight", "1"], 8),
]
# A task would make seven more.
REPLIES = [
    Case("one at a time", CONTRACT, 1, ["--inflight", "1"], 3),
    Case("16 in flight", CONTRACT, 1, ["--inflight", "16"], 3),
    Case("two event loops", CONTRACT, 2, ["--inflight", "1"], 3),
]


class Node:
    """A server whose allocations are counted."""

    def __init__(self, counter, folder, command, threads):
        self.count = folder / "count"
        self.count.write_bytes(bytes(8))
        self.process = subprocess.Popen(
            [PRODUCTS / command[0], *command[1:], "--port", "0", "--threads", str(threads)], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**os.environ, **ENVIRONMENT, "LD_PRELOAD": str(counter), "ALLOCATIONS_FILE": str(self.count)},
        )

    def __enter__(self):
        self.port = self.process.stdout.readline().strip().rsplit(":", 1)[1]
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def allocations(self):
        return struct.unpack("Q", self.count.read_bytes())[0]

    def bench(self, scenario, *options):
        return subprocess.Popen(
            [PRODUCTS / "channelsocket", "bench", scenario, "--url", f"ws://127.0.0.1:{self.port}", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )


class AllocationTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.counter = cls.folder / "allocations.so"
        subprocess.run(
            ["clang", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", cls.counter,
             HERE / "allocations.c"],
            check=True,
        )

    def test_broadcasts_allocate_nothing_per_subscriber(self):
        for case in BROADCASTS:
            with self.subTest(case.name):
                few = self.per_message("fanout", case, "--clients", "100")
                many = self.per_message("fanout", case, "--clients", "1000")
                told = f"{few:.2f} allocations for 100 subscribers, {many:.2f} for 1000"
                # What the node does once a second is in it, which a slow machine shares among few broadcasts.
                self.assertLess((many - few) / 900, 0.01, told)
                self.assertLess(few, case.limit, told)
                # The counter counts: a broadcast is not free.
                self.assertGreater(few, 1, told)

    def test_an_immediate_reply_makes_no_task(self):
        for case in REPLIES:
            with self.subTest(case.name):
                per_reply = self.per_message("echo", case, "--clients", "20")
                self.assertLess(per_reply, case.limit)
                self.assertGreater(per_reply, 1)

    def test_an_idle_client_has_no_task_and_allocates_nothing(self):
        for server in CONTRACT, STOCK:
            with self.subTest(server[0]):
                (alone, tasks_alone), (beside, tasks_beside) = self.idle(server, 0), self.idle(server, 1000)
                # Clients of a loop share a timer; each of their own would allocate once a second for each of them.
                told = f"{alone:.0f} allocations a second and {tasks_alone} tasks; " \
                    f"{beside:.0f} and {tasks_beside} with 1000 clients"
                self.assertLess(beside - alone, 25, told)
                self.assertLess(tasks_beside - tasks_alone, 10, told)
                # Both are found: the node's own.
                self.assertGreater(alone, 1)
                self.assertGreater(tasks_alone, 1)

    def idle(self, server, clients):
        """The allocations a second, and the tasks, of a node whose clients have joined and do nothing."""
        with Node(self.counter, self.folder, server, 1) as node:
            # Heartbeats, the first after 25 s, don't come in this time.
            bench = node.bench("connect", "--clients", str(clients), "--hold", "60") if clients else None
            if bench:
                self.assertTrue(any("holding" in line for line in bench.stderr), "the clients could not connect")
            # What starting and joining have left to be done.
            time.sleep(2)
            before, began = node.allocations(), time.monotonic()
            time.sleep(4)
            per_second = (node.allocations() - before) / (time.monotonic() - began)
            tasks = heap.tasks(node.process.pid)
            if bench:
                self.assertIsNone(bench.poll(), "the clients did not stay")
                bench.terminate()
                bench.communicate()
            return per_second, tasks

    def per_message(self, scenario, case, *options):
        """The allocations of a message that a client sends, with all that it brings about."""
        with Node(self.counter, self.folder, case.server, case.threads) as node:
            bench = node.bench(scenario, *case.options, *options, "--warmup", "0", "--duration", "3")
            samples = []
            for line in bench.stderr:
                if (sent := re.search(r"measuring .* (\d+) sent", line)) is not None:
                    samples.append((int(sent[1]), node.allocations()))
            report, _ = bench.communicate()
            self.assertEqual(bench.returncode, 0, report)
        self.assertGreaterEqual(len(samples), 2, "no progress was seen")
        (sent, allocations), (sent_later, allocations_later) = samples[0], samples[-1]
        self.assertGreater(sent_later - sent, 20, "too few messages to tell")
        return (allocations_later - allocations) / (sent_later - sent)


if __name__ == "__main__":
    unittest.main()
