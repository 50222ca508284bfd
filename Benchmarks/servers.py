"""The servers that are measured, the Redis between them, and the cores they all run on."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

# Those that this process may use, which need not be the machine's first ones.
CORES = sorted(os.sched_getaffinity(0))
if len(CORES) < 2:
    raise SystemExit("bench: at least two cores are needed, one for the servers and one for the generator")
SERVER_CORE, LOAD_CORE = CORES[:2]


class Server:
    """A server, on the servers' core unless told otherwise."""

    def __init__(self, command, cores=(SERVER_CORE,), environment=None):
        self.process = subprocess.Popen(
            [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, **(environment or {})}, preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        line = self.process.stdout.readline()
        if "listening on" not in line:
            raise SystemExit(f"bench: {command[0]} did not start: {line}")
        self.port = int(line.strip().rsplit(":", 1)[1])

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.port}/socket"

    def anonymous_bytes(self):
        """The resident memory that is no file's (PSS): what mapped files take is shared with the generator, which is made
        of the same ones."""
        for line in Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss_Anon:"):
                return int(line.split()[1]) << 10
        raise SystemExit("bench: /proc tells no Pss_Anon")

    def cpu_seconds(self):
        """The CPU time it has used so far, of user and system (proc(5))."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def move(self, cores):
        """Has all its threads run on other cores."""
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), cores)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Redis:
    """A redis-server of the benchmark's own, on the generator's core."""

    def __init__(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--dir", self.folder.name],
            stdout=subprocess.DEVNULL, preexec_fn=lambda: os.sched_setaffinity(0, {LOAD_CORE}),
        )
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise SystemExit("bench: redis-server did not start")

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()
