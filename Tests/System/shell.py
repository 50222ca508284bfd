"""A shell, typed into as a document says."""

import os
import pathlib
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

from cluster import BINARY, wait_until


class Shell:
    """One shell, as a person has it, in a folder and with ports of the test's own instead of those of the document."""

    # A document's ports: those of nodes, and that of a Redis.
    PORTS = ("4000", "4001", "4002", "6379")

    def __init__(self, **environment):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="channelsocket-shell-"))
        programs = self.folder / ".build" / "release"
        programs.mkdir(parents=True)
        (programs / "channelsocket").symlink_to(BINARY)
        self.ports = self.free_ports()
        node = f"127.0.0.1:{self.ports['4000']}"
        inherited = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        defaults = {"PORT": self.ports["4000"], "CHANNELSOCKET_URL": f"ws://{node}/socket"}
        self.typed = 0
        self.output = bytearray()
        self.process = subprocess.Popen(
            # Job control, as at a prompt, for %1.
            ["bash", "-m"], cwd=self.folder, env=inherited | defaults | environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )
        self.reader = threading.Thread(target=self.listen)
        self.reader.start()

    def listen(self):
        while chunk := self.process.stdout.read1():
            self.output += chunk

    @classmethod
    def free_ports(cls):
        probes = [socket.create_server(("127.0.0.1", 0)) for _ in cls.PORTS]
        ports = {name: str(probe.getsockname()[1]) for name, probe in zip(cls.PORTS, probes)}
        for probe in probes:
            probe.close()
        return ports

    def here(self, text):
        """A text of the document with the ports of this shell."""
        for name, port in self.ports.items():
            for before in ("127.0.0.1:", "port ", "PORT="):
                text = text.replace(before + name, before + port)
        return text

    def close(self):
        self.process.stdin.close()
        # Each job is a process group of its own within the shell's session.
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if os.getsid(int(entry.name)) == self.process.pid:
                        os.kill(int(entry.name), signal.SIGKILL)
                except (ProcessLookupError, PermissionError):
                    pass
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def type(self, block):
        """Types a block, waits until the shell is done with it, and returns what was said meanwhile."""
        before = len(self.said())
        self.typed += 1
        marker = f"block {self.typed} is done"
        # $? stays what it is for the next block.
        end = f"{{ code=$?; echo {shlex.quote(marker)}; (exit $code); }}"
        self.process.stdin.write(f"{self.here(block)}\n{end}\n".encode())
        self.process.stdin.flush()
        self.expect(f"the shell to finish:\n{block}", lambda: self.has_said(f"{marker}\n"))
        return self.said()[before:].partition(f"{marker}\n")[0]

    def said(self):
        """All that the shell and its jobs have said."""
        return self.output.decode(errors="replace")

    def has_said(self, words):
        return words in self.said()

    def read(self, name):
        """A file in the shell's folder; nothing if there is none."""
        file = self.folder / name
        return file.read_text() if file.exists() else ""

    def expect(self, what, condition):
        """Waits for a condition; a failure comes with what was said."""
        try:
            return wait_until(what, condition)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.said()}\n{self.read('session.log')}") from None
