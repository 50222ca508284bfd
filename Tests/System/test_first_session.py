"""The first session of README.md, typed as it stands there."""

import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from cluster import BINARY, ROOT, wait_until

README = (ROOT / "README.md").read_text()
SECTION = re.search(r"^## A first session\n(.*?)^## ", README, re.MULTILINE | re.DOTALL).group(1)
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)


class FirstSessionTest(unittest.TestCase):
    """One shell for the whole session, as a person has it, in a folder and on a port of the test's own."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="channelsocket-session-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        programs = self.folder / ".build" / "release"
        programs.mkdir(parents=True)
        (programs / "channelsocket").symlink_to(BINARY)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.address = "127.0.0.1:%d" % probe.getsockname()[1]
        environment = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        environment |= {"PORT": self.address.rpartition(":")[2], "CHANNELSOCKET_URL": f"ws://{self.address}/socket"}
        self.typed = 0
        self.output = self.folder / "output"
        with self.output.open("wb") as output:
            self.shell = subprocess.Popen(
                # Job control, as at a prompt, for %1.
                ["bash", "-m"], cwd=self.folder, env=environment, stdin=subprocess.PIPE, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True,
            )
        self.addCleanup(self.end)

    def end(self):
        self.shell.stdin.close()
        # Each job is a process group of its own within the shell's session.
        session = os.getsid(self.shell.pid) if self.shell.poll() is None else self.shell.pid
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if os.getsid(int(entry.name)) == session:
                        os.kill(int(entry.name), signal.SIGKILL)
                except (ProcessLookupError, PermissionError):
                    pass
        self.shell.wait()

    def type(self, block):
        """Types a block and waits until the shell is done with it."""
        self.typed += 1
        marker = f"block {self.typed} is done"
        block = block.replace("127.0.0.1:4000", self.address)
        self.shell.stdin.write(f"{block}\necho {shlex.quote(marker)}\n".encode())
        self.shell.stdin.flush()
        self.expect(f"the shell to finish:\n{block}", lambda: self.has_said(marker))

    def said(self):
        return self.output.read_text()

    def has_said(self, words):
        return words in self.said()

    def log(self):
        file = self.folder / "session.log"
        return file.read_text() if file.exists() else ""

    def expect(self, what, condition):
        try:
            wait_until(what, condition)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.said()}\n{self.log()}") from None

    def test_goes_as_promised(self):
        start, listen, publish, change = BLOCKS
        self.type(start)
        self.expect("the server to listen", lambda: "listening on" in self.log())
        self.type(listen)
        self.expect("the join", lambda: self.has_said("joined room:lobby"))
        self.type(publish)
        for words in ('{"published":1}', '"payload":{"body":"from curl"}', '"payload":{"body":"by hand"}'):
            self.expect(words, lambda: self.has_said(words))
        self.expect("who is present", lambda: re.search(r"^1 present, 1 device\nann  \{", self.said(), re.MULTILINE))
        self.type(change)
        self.expect("the reload", lambda: "configuration reloaded" in self.log())
        self.type("channelsocket tail room:lobby")
        self.expect("the refusal", lambda: self.has_said("the server refused the join of room:lobby"))
        self.type("channelsocket publish room:lobby new_msg '{\"body\":\"still here\"}' --url http://127.0.0.1:4000")
        self.expect("that who had joined stays", lambda: self.has_said('"payload":{"body":"still here"}'))
        self.type(
            "export CHANNELSOCKET_TOKEN=$(channelsocket token create --sub ann --expires-in 3600 "
            "--claims '{\"role\":\"editor\"}')\nchannelsocket tail room:other --count 1 --event presence_state"
        )
        self.expect("the join of an editor", lambda: self.has_said("joined room:other"))


if __name__ == "__main__":
    unittest.main()
