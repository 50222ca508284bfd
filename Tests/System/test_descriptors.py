"""The descriptor limit of the programs that open thousands of sockets."""

import resource
import subprocess
import sys
import unittest

from cluster import ROOT


class DescriptorTests(unittest.TestCase):
    def run_with(self, soft, hard, count):
        """What a process with these limits says after it has asked for room."""
        code = ("import resource; from descriptors import allow_files; "
                f"allow_files({count}, 'herd'); print(resource.getrlimit(resource.RLIMIT_NOFILE))")
        return subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT / "Tests" / "System", capture_output=True, text=True, timeout=30,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard)))

    def test_raises_the_limit_that_a_shell_begins_with(self):
        done = self.run_with(256, 900, 800)
        self.assertEqual((done.returncode, done.stdout), (0, "(900, 900)\n"), done.stderr)

    def test_says_what_is_missing(self):
        done = self.run_with(256, 900, 1_000)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "herd: 1,000 open files are needed, and no more than 900 allowed (ulimit -Hn)\n")


if __name__ == "__main__":
    unittest.main()
