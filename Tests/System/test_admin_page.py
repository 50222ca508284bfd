"""The admin page in a real browser, on one of two nodes."""

import json
import unittest

from chromium import Chromium
from client import Client
from cluster import Node, Redis

KEY = "correct horse battery staple"


class AdminPageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.redis = Redis()
        cls.addClassCleanup(cls.redis.close)
        cls.nodes = []
        cls.addClassCleanup(lambda: [node.stop() for node in cls.nodes])
        for name in ("alpha", "beta"):
            cls.nodes.append(Node(name, cls.redis, environment={"CHANNELSOCKET_ADMIN_KEY": KEY}))
        cls.browser = Chromium()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.room = self.id().rpartition(".")[2]
        self.clients = [self.connect(node) for node in self.nodes]
        self.tab = self.browser.open(f"{self.nodes[0].url}/admin")
        self.tab.wait_for("the page", "document.querySelector('#key') !== null && document.readyState === 'complete'")

    def tearDown(self):
        self.tab.evaluate("sessionStorage.clear()")
        self.tab.call("Page.close")
        self.assertEqual(self.browser.errors, [], "errors in the page")

    def connect(self, node):
        client = Client(node.address, self.room)
        self.addCleanup(client.close)
        return client

    def log_in(self):
        self.tab.type("#key", KEY)
        self.tab.wait_for("the board", "!document.querySelector('#board').hidden")

    def wait_text(self, selector, text):
        wanted = json.dumps(text)
        self.tab.wait_for(
            f"{text!r} in {selector}", f"document.querySelector('{selector}')?.innerText.includes({wanted})"
        )

    def test_lets_nobody_in_with_a_wrong_key_and_forgets_the_right_one(self):
        self.tab.type("#key", "a wrong key that is long")
        self.wait_text("#key-error", "not accepted")
        self.assertTrue(self.tab.evaluate("document.querySelector('#board').hidden"))
        self.log_in()
        self.assertNotIn(KEY, self.tab.evaluate("document.documentElement.outerHTML"))
        self.tab.evaluate("document.querySelector('#lock').click()")
        self.assertTrue(self.tab.evaluate("document.querySelector('#board').hidden"))
        self.assertIsNone(self.tab.evaluate("sessionStorage.getItem('channelsocket-admin-key')"))

    def test_shows_nodes_clients_redis_and_topics(self):
        self.log_in()
        self.wait_text("#tile-clients", "1")
        for node in self.nodes:
            self.wait_text("#nodes", f"{node.name}_")
        self.wait_text("#redis", "connected")
        self.wait_text("#topics", f"room:{self.room}")
        self.tab.wait_for("a sparkline", "document.querySelector('#tile-clients polyline').getAttribute('points')")
        self.wait_text("#tile-messages-in", "/s")

    def test_follows_and_publishes_to_a_topic_of_all_nodes(self):
        self.log_in()
        topic = f"room:{self.room}"
        self.tab.type("#topic", topic)
        self.wait_text("#topic-note", f"watching {topic}")
        # From a client of the other node, with markup that must stay text.
        self.clients[1].send("1", "2", "new_msg", {"body": "<img src=x onerror=alert(1)>"})
        self.wait_text("#tail", "<img src=x onerror=alert(1)>")
        self.assertEqual(self.tab.evaluate("document.querySelectorAll('#tail img').length"), 0)

        self.tab.evaluate("document.querySelector('#payload').value = '{\"body\":\"from the page\"}'")
        self.tab.type("#event", "news")
        self.wait_text("#publish-note", "published")
        self.wait_text("#tail", "from the page")
        for client in self.clients:
            self.assertEqual(self.received(client, "news"), {"body": "from the page"})

        self.tab.evaluate("document.querySelector('#payload').value = '{'")
        self.tab.type("#event", "")
        self.wait_text("#publish-note", "not JSON")

    def received(self, client, event):
        """The payload of the next such event."""
        while True:
            message = client.receive()
            if message[3] == event:
                return message[4]

    def test_is_readable_light_and_dark_and_on_a_phone(self):
        self.log_in()
        topic = f"room:{self.room}"
        self.tab.type("#topic", topic)
        self.wait_text("#topic-note", f"watching {topic}")
        for number in range(12):
            self.clients[number % 2].send("1", str(number + 2), "new_msg", {"body": f"message {number}", "from": "Ada"})
        self.wait_text("#tail", "message 11")
        self.wait_text("#nodes", "beta_")
        self.tab.wait_for(
            "rates", "(document.querySelector('#tile-deliveries polyline').getAttribute('points') ?? '').includes(' ')"
        )
        for name, width, height, scheme in (
            ("light", 1280, 1100, "light"), ("dark", 1280, 1100, "dark"), ("phone", 390, 2600, "dark"),
        ):
            self.tab.call(
                "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                mobile=name == "phone",
            )
            self.tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            self.assertEqual(
                self.tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), False,
                f"{name}: the page is wider than its window",
            )
            self.assertLess(
                self.tab.evaluate("Math.max(...[...document.querySelectorAll('#nodes td')].map((cell) => cell.offsetHeight))"),
                100, f"{name}: names of nodes are squeezed",
            )
            self.tab.screenshot(f"admin-{name}")


if __name__ == "__main__":
    unittest.main()
