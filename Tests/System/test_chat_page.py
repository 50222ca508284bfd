"""The chat page in two tabs of a real browser, each on another node."""

import json
import unittest

from chromium import Chromium
from cluster import Node, Redis


class ChatPageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.redis = Redis()
        cls.addClassCleanup(cls.redis.close)
        cls.nodes = []
        cls.addClassCleanup(lambda: [node.stop() for node in cls.nodes])
        for name in ("alpha", "beta"):
            cls.nodes.append(Node(name, cls.redis))
        cls.browser = Chromium()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.room = self.id().rpartition(".")[2]
        self.tabs = [self.open(node) for node in self.nodes]

    def tearDown(self):
        for tab in self.tabs:
            tab.call("Page.close")
        self.assertEqual(self.browser.errors, [], "errors in the page")

    def open(self, node):
        tab = self.browser.open(f"{node.url}/#{self.room}")
        self.wait_joined(tab, node)
        return tab

    def wait_joined(self, tab, node):
        tab.wait_for("the page to join", "document.querySelector('#state')?.dataset.state === 'joined'")
        self.assertRegex(tab.text("#socket-node"), f"^{node.name}_")

    def wait_message(self, tab, who, body, node):
        """Waits for a message and checks who sent it and through which node."""
        wanted = json.dumps(body)
        tab.wait_for(
            f"the message {body!r}",
            f"[...document.querySelectorAll('#messages .body')].some((body) => body.textContent === {wanted})",
        )
        text = tab.evaluate(
            f"[...document.querySelectorAll('#messages li')]"
            f".find((li) => li.querySelector('.body').textContent === {wanted}).innerText"
        )
        self.assertIn(who, text)
        self.assertIn(f"sent through node {node.name}_", text)

    def rename(self, tab, name):
        tab.evaluate(f"document.querySelector('#name').value = {json.dumps(name)}")

    def test_shows_messages_of_both_nodes_in_both_tabs(self):
        for tab, name in zip(self.tabs, ("Ada", "Brendan")):
            self.rename(tab, name)
        self.tabs[0].type("#text", "hello from alpha")
        for tab in self.tabs:
            self.wait_message(tab, "Ada", "hello from alpha", self.nodes[0])
        self.tabs[1].type("#text", "and hello from beta \N{WAVING HAND SIGN}")
        for tab in self.tabs:
            self.wait_message(tab, "Brendan", "and hello from beta \N{WAVING HAND SIGN}", self.nodes[1])
        self.assertRegex(self.tabs[1].text("#page-node"), "^beta_")
        for tab, node in zip(self.tabs, self.nodes):
            tab.screenshot(f"chat-{node.name}")
        phone = self.tabs[1]
        phone.call("Emulation.setDeviceMetricsOverride", width=390, height=780, deviceScaleFactor=2, mobile=True)
        phone.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        phone.screenshot("chat-phone-dark")

    def test_shows_what_is_published_with_redis_cli(self):
        receivers = self.redis.command(
            "PUBLISH", f"channels:room:{self.room}", '{"event":"new_msg","payload":{"name":"cli","body":"from Redis"}}'
        )
        self.assertEqual(receivers, "2")
        for tab in self.tabs:
            tab.wait_for("the message", "document.querySelector('#messages').innerText.includes('from Redis')")

    def test_shows_markup_as_text(self):
        markup = "<img src=x onerror=document.title='owned'><b>bold</b>"
        self.tabs[0].type("#text", markup)
        self.wait_message(self.tabs[1], "", markup, self.nodes[0])
        self.assertEqual(self.tabs[1].evaluate("document.querySelectorAll('#messages img, #messages b').length"), 0)

    def test_keeps_the_end_in_sight_when_the_window_gets_smaller(self):
        for number in range(12):
            self.tabs[0].type("#text", f"message {number}")
        self.wait_message(self.tabs[1], "", "message 11", self.nodes[0])
        self.tabs[1].call(
            "Emulation.setDeviceMetricsOverride", width=390, height=400, deviceScaleFactor=1, mobile=True
        )
        self.tabs[1].wait_for("the window", "innerHeight === 400")
        messages = "document.querySelector('#messages')"
        end = f"{messages}.scrollHeight - {messages}.scrollTop - {messages}.clientHeight"
        self.tabs[1].wait_for("the end", f"{messages}.scrollTop > 0 && {end} < 2")

    def test_says_why_a_page_without_a_token_may_not_connect(self):
        node = Node("strict", environment={"CHANNELSOCKET_TOKEN_SECRET": "x" * 32})
        self.addCleanup(node.stop)
        tab = self.browser.open(node.url)
        tab.wait_for("the advice", "document.querySelector('#messages')?.innerText.includes('/#lobby?token=TOKEN')")
        tab.call("Page.close")

    def test_reconnects_when_its_node_comes_back(self):
        node = self.nodes[0]
        node.kill()
        self.tabs[0].wait_for("the loss to be noticed", "document.querySelector('#state').dataset.state !== 'joined'")
        self.assertTrue(self.tabs[0].evaluate("document.querySelector('#send').disabled"))
        self.nodes[0] = Node(node.name, self.redis, node.port)
        self.wait_joined(self.tabs[0], self.nodes[0])
        self.tabs[1].type("#text", "welcome back")
        self.wait_message(self.tabs[0], "", "welcome back", self.nodes[1])


if __name__ == "__main__":
    unittest.main()
