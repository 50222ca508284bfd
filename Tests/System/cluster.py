"""Redis and nodes as processes, for tests of what a person starts."""

import os
import pathlib
import re
import select
import shutil
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "Tests" / ".artifacts"
BINARY = pathlib.Path(os.environ.get("CHANNELSOCKET_BINARY", ROOT / ".build" / "debug" / "channelsocket"))
DEADLINE = 30.0


def wait_until(what, condition, deadline=DEADLINE):
    """Returns the first true result of a condition, and fails after the deadline with what was awaited."""
    end = time.monotonic() + deadline
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline:.0f} s for {what}")
        time.sleep(0.02)


# The kernel ends what a test left behind when it failed half way, or was killed.
ENDS_WITH_TEST = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []


class Process:
    """A process that is ended with its test, its output kept in a file that a failure can be read from."""

    def __init__(self, name, command, environment=None):
        ARTIFACTS.mkdir(exist_ok=True)
        self.name = name
        self.log = ARTIFACTS / f"{name}.log"
        # A node must see the test's settings only, not those of the shell that runs the tests.
        inherited = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ENDS_WITH_TEST + [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=inherited | (environment or {}),
            )

    def read_line(self, pattern, deadline=DEADLINE):
        """Returns the match of the first line of standard output that matches."""
        end = time.monotonic() + deadline
        while True:
            readable, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            line = self.process.stdout.readline().decode() if readable else ""
            if not line:
                raise AssertionError(f"{self.name} did not print {pattern!r}; its log:\n{self.log.read_text()}")
            match = re.search(pattern, line)
            if match:
                return match

    def stop(self, deadline=DEADLINE):
        """Asks the process to end and returns its exit code; kills it after the deadline."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(deadline)
            except subprocess.TimeoutExpired:
                self.kill()
        self.process.stdout.close()
        return self.process.returncode

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Redis:
    """A redis-server of the test's own, on a Unix domain socket in a directory of its own."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="channelsocket-redis-"))
        self.socket = self.directory / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.start()

    def start(self):
        options = ["--port", "0", "--unixsocket", self.socket, "--save", "", "--appendonly", "no", "--dir", self.directory]
        self.process = Process("redis", ["redis-server", *options])
        wait_until("redis-server to answer", lambda: self.command("PING") == "PONG")

    def command(self, *arguments):
        done = subprocess.run(["redis-cli", "-s", str(self.socket), *arguments], capture_output=True, text=True)
        return done.stdout.strip()

    def stop(self):
        self.process.stop()

    def close(self):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


class Node(Process):
    """`channelsocket serve`, listening."""

    def __init__(self, name, redis=None, port=0, environment=None):
        environment = {"CHANNELSOCKET_NODE_NAME": name, "PORT": str(port)} | (environment or {})
        if redis:
            environment["REDIS_URL"] = redis.url
        super().__init__(name, [BINARY, "serve"], environment)
        self.url = self.read_line(r"^listening on (http://\S+)$").group(1)
        self.address = self.url.removeprefix("http://")
        self.port = int(self.address.rpartition(":")[2])
