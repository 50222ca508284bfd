"""A broadcast costs a node a fixed number of allocations, however many subscribers there are, and a reply very few.

Counts the allocations of a release build (a debug build makes temporaries on the heap) while `channelsocket bench` sends
messages over real sockets; run by `make test`.
"""

import os
import re
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
PRODUCTS = HERE.parent.parent / os.environ.get("PRODUCTS", ".build/release")


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
        few, many = self.per_broadcast(100), self.per_broadcast(1000)
        self.assertLess((many - few) / 900, 0.05, f"{few} allocations for 100 subscribers, {many} for 1000")
        # The counter counts: a broadcast is not free.
        self.assertGreater(few, 0)
        self.assertLess(few, 50)

    def test_an_immediate_reply_makes_no_task(self):
        per_reply = self.per_message("echo", "--clients", "20", "--inflight", "1")
        # A task would make seven more.
        self.assertLess(per_reply, 4)
        self.assertGreater(per_reply, 0)

    def per_broadcast(self, subscribers):
        # In flight 1: each broadcast is delivered to all before the next is sent.
        return self.per_message("fanout", "--clients", str(subscribers), "--inflight", "1")

    def per_message(self, scenario, *options):
        """The allocations of a message that a client sends, with all that it brings about."""
        count = self.folder / "-".join(["count", scenario, *options])
        count.write_bytes(bytes(8))
        server = subprocess.Popen(
            [PRODUCTS / "phoenix-contract", "--port", "0", "--threads", "1"], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "LD_PRELOAD": str(self.counter), "ALLOCATIONS_FILE": str(count)},
        )
        try:
            port = server.stdout.readline().strip().rsplit(":", 1)[1]
            bench = subprocess.Popen(
                [PRODUCTS / "channelsocket", "bench", scenario, "--url", f"ws://127.0.0.1:{port}", *options,
                 "--warmup", "0", "--duration", "4"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            samples = []
            for line in bench.stderr:
                if (sent := re.search(r"measuring .* (\d+) sent", line)) is not None:
                    samples.append((int(sent[1]), struct.unpack("Q", count.read_bytes())[0]))
            report = bench.stdout.read()
            self.assertEqual(bench.wait(), 0, report)
            bench.stdout.close()
            bench.stderr.close()
        finally:
            server.terminate()
            server.wait()
            server.stdout.close()
        self.assertGreaterEqual(len(samples), 2, "no progress was seen")
        (sent, allocations), (sent_later, allocations_later) = samples[0], samples[-1]
        self.assertGreater(sent_later - sent, 20, "too few broadcasts to tell")
        return (allocations_later - allocations) / (sent_later - sent)


if __name__ == "__main__":
    unittest.main()
