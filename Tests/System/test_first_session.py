"""Every shell block of README.md, typed as it stands there."""

import json
import re
import unittest
import urllib.request

from chromium import Chromium
from cluster import DEADLINE, ROOT
from shell import Shell

README = (ROOT / "README.md").read_text()
# What a test can't do: images need Docker, and the tests themselves are what runs this.
NOT_TYPED = ["docker compose -f docker/compose.yaml up --build\n", "make test\n"]
# What `make run` does when all is built.
RUN = re.search(r"^run: build\n\t@(.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE).group(1)


def section(title):
    """The text under a heading of the second level; what comes before the first one for none."""
    pattern = rf"^## {title}\n(.*?)^## " if title else r"\A(.*?)^## "
    return re.search(pattern, README, re.MULTILINE | re.DOTALL).group(1)


def blocks(text):
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


class ShellTest(unittest.TestCase):
    def setUp(self):
        self.shell = Shell()
        self.addCleanup(self.shell.close)
        (self.shell.folder / "Makefile").write_text(f"run:\n\t@{RUN}\n")

    def node(self, port):
        """The address of the node that a block has started there."""
        return self.shell.here(f"http://127.0.0.1:{port}")

    def get(self, url, **headers):
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=DEADLINE) as response:
            return json.loads(response.read())

    def expect_said(self, words):
        self.shell.expect(words, lambda: self.shell.has_said(words))

    def expect_joined(self, node):
        """Waits until a node is joined with the others."""
        self.shell.expect(f"{node} to be well", lambda: self.get(f"{node}/health")["status"] == "ok")

    def start_browser(self):
        browser = Chromium()
        self.addCleanup(browser.close)
        return browser


class FirstSessionTest(ShellTest):
    """The first session, all of it in one shell."""

    def setUp(self):
        super().setUp()
        # The tests have installed the client already.
        (self.shell.folder / "client").symlink_to(ROOT / ".venv")

    def test_goes_as_promised(self):
        start, listen, listen_in_python, publish, change = blocks(section("A first session"))
        shell = self.shell
        shell.type(start)
        shell.expect("the server to listen", lambda: "listening on" in shell.read("session.log"))
        node = self.node(4000)
        self.expect_joined(node)
        shell.type(listen)
        self.expect_said("joined room:lobby")
        install, listen_in_python = listen_in_python.split("\n", 1)
        self.assertEqual(install, "python3 -m venv client && client/bin/pip install -q phxsocket")
        shell.type(listen_in_python)
        key = shell.type("echo $CHANNELSOCKET_ADMIN_KEY").split()[-1]
        self.assertEqual(len(key), 32)
        shell.expect(
            "both to have joined",
            lambda: self.get(f"{node}/api/v1/connections", **{"X-API-Key": key})["channels"] == 2,
        )
        browser = self.start_browser()
        page = self.open_admin_page(browser, node, key)
        shell.type(publish)
        self.expect_said('{"published":1}')
        for body in ("from curl", "by hand", "from Redis"):
            self.expect_said(f'"payload":{{"body":"{body}"}}')
            self.expect_said(f"Python got {body}")
            page.wait_for(f"{body!r}", f"document.querySelector('#tail').innerText.includes('{body}')")
        shell.expect(
            "who is present", lambda: re.search(r"^1 present, 2 devices\n(ann  \{.*\n){2}", shell.said(), re.MULTILINE)
        )
        chat_page = browser.open(shell.type('echo "http://127.0.0.1:4000/#lobby?token=$CHANNELSOCKET_TOKEN"').strip())
        chat_page.wait_for("the chat page to join", "document.querySelector('#state')?.dataset.state === 'joined'")
        chat_page.type("#text", "from the chat page")
        self.expect_said("Python got from the chat page")

        shell.type(change)
        shell.expect("the reload", lambda: "configuration reloaded" in shell.read("session.log"))
        shell.type("channelsocket tail room:lobby")
        self.expect_said("the server refused the join of room:lobby")
        shell.type("channelsocket publish room:lobby new_msg '{\"body\":\"still here\"}' --url http://127.0.0.1:4000")
        self.expect_said('"payload":{"body":"still here"}')
        shell.type(
            "export CHANNELSOCKET_TOKEN=$(channelsocket token create --sub ann --expires-in 3600 "
            "--claims '{\"role\":\"editor\"}')\nchannelsocket tail room:other --count 1 --event presence_state"
        )
        self.expect_said("joined room:other")

    def open_admin_page(self, browser, node, key):
        page = browser.open(f"{node}/admin")
        page.wait_for("the page", "document.querySelector('#key') !== null && document.readyState === 'complete'")
        page.type("#key", key)
        page.wait_for("the clients", "document.querySelector('#tile-clients')?.innerText.includes('2')")
        page.type("#topic", "room:lobby")
        page.wait_for("the watch", "document.querySelector('#topic-note').innerText.includes('watching room:lobby')")
        page.wait_for("who is present", "document.querySelector('#board').innerText.includes('ann')")
        return page


class OtherBlocksTest(ShellTest):
    def setUp(self):
        super().setUp()
        # As a function, since the blocks find Redis where it is by default.
        self.shell.type('redis-cli() { command redis-cli -u redis://127.0.0.1:6379 "$@"; }')
        self.shell.type("(redis-server --port 6379 --save '' > redis.log &)")
        self.shell.expect("Redis", lambda: "PONG" in self.shell.type("redis-cli PING"))

    def start(self, block):
        """Types a block that does not come to an end; a person has several terminals."""
        self.shell.type(block.rstrip("\n") + " &")

    def test_every_block_is_typed_by_some_test(self):
        titles = ("", "A first session", "Several nodes", "Publishing from outside", "Admin page")
        typed = [block for title in titles for block in blocks(section(title))]
        self.assertEqual([block for block in blocks(README) if block not in typed], NOT_TYPED)

    def test_runs_the_server_with_its_page(self):
        (run,) = blocks(section(""))
        self.start(run)
        self.expect_said(f"listening on {self.node(4000)}")
        page = self.start_browser().open(self.node(4000))
        page.wait_for("the page to join", "document.querySelector('#state')?.dataset.state === 'joined'")
        page.type("#text", "hello")
        page.wait_for("the message", "document.querySelector('#messages')?.innerText.includes('hello')")

    def test_joins_nodes_and_publishes_from_outside(self):
        for block, port in zip(blocks(section("Several nodes")), (4001, 4002), strict=True):
            self.start(block)
            self.expect_said(f"listening on {self.node(port)}")
            self.expect_joined(self.node(port))
        through_redis, tail_and_publish = blocks(section("Publishing from outside"))
        tail, publish = tail_and_publish.splitlines()
        self.shell.type(tail)
        self.expect_said("joined room:lobby")
        for block, printed in ((through_redis, r"^1$"), (publish, "^1 node$")):
            self.assertRegex(self.shell.type(block), re.compile(printed, re.MULTILINE))
        self.shell.expect("both", lambda: self.shell.said().count('"payload":{"body":"hi"}') == 2)

    def test_opens_the_admin_page(self):
        (admin,) = blocks(section("Admin page"))
        self.start(admin)
        self.expect_said(f"listening on {self.node(4000)}")
        key = re.search(r"^([0-9a-f]{32})$", self.shell.said(), re.MULTILINE).group(1)
        self.assertEqual(len(self.get(f"{self.node(4000)}/api/v1/nodes", **{"X-API-Key": key})["nodes"]), 1)


if __name__ == "__main__":
    unittest.main()
