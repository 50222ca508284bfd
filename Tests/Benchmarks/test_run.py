"""`make bench` runs: servers and generator find each other, and the rows are made of what they found.

What the figures are is no matter here. Needs the release build and the compiled floors.
"""

import re
import subprocess
import sys
import unittest
from pathlib import Path

RUN = Path(__file__).resolve().parents[2] / "Benchmarks" / "run.py"


class RunTests(unittest.TestCase):
    def run_benchmark(self, *options):
        return subprocess.run([sys.executable, RUN, "--quick", *options], capture_output=True, text=True, timeout=300)

    def test_rows_of_a_quick_run(self):
        done = self.run_benchmark("--only", "latency,connect,memory,nodes")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("by `Benchmarks/run.py --quick --only latency,connect,memory,nodes`", done.stdout)
        for row in ("latency p99 at 20,000 deliveries/s", "the same, `channelsocket serve`", "latency p50 when idle",
                    "connect + join, 2,000 clients", "memory (PSS) of an idle joined client",
                    "two nodes: added median latency", "two nodes: messages into one node",
                    "two nodes: messages from one to the other", "ChannelSocket.SocketSession",
                    "all of the heap", "resident (PSS)"):
            line = next((line for line in done.stdout.splitlines() if line.startswith(f"| {row}")), "")
            self.assertRegex(line, r"\d", f"no figures of {row}\n{done.stdout}")
        # One of each for each client, however many came and went before.
        sockets = re.search(r"\| ChannelSocket.SocketSession \| ([0-9.]+) \|", done.stdout)
        self.assertEqual(sockets[1], "1.00")

    def test_what_it_does_not_know_is_refused(self):
        done = self.run_benchmark("--only", "latency,nonsense")
        self.assertEqual(done.returncode, 2)
        self.assertIn("not nonsense", done.stderr)


if __name__ == "__main__":
    unittest.main()
