"""The backend of docs/webhooks.md, with a node that asks it."""

import hashlib
import hmac
import json
import socket
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from cluster import BINARY, DEADLINE, ROOT, Process, wait_until

BACKEND = ROOT / "docs" / "examples" / "webhook_backend.py"
CONFIGURATION = """
listen: {{ port: 0 }}
webhooks:
  - name: rules
    url: http://127.0.0.1:{port}/
    secret: env:WEBHOOK_SECRET
channels:
  - topic: "room:*"
    join: public
    relay: all
    webhook: rules
"""


class WebhookTest(unittest.TestCase):
    def setUp(self):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        environment = {"WEBHOOK_SECRET": "secret", "BACKEND_PORT": str(self.port)}
        self.backend = Process("webhook-backend", [sys.executable, BACKEND], environment)
        self.addCleanup(self.backend.stop)
        wait_until("the backend to listen", self.is_backend_up)
        file = tempfile.NamedTemporaryFile("w", suffix=".yml")
        self.addCleanup(file.close)
        file.write(CONFIGURATION.format(port=self.port))
        file.flush()
        settings = {"WEBHOOK_SECRET": "secret", "CHANNELSOCKET_DRAIN_DELAY": "0s"}
        node = Process("webhook-node", [BINARY, "serve", "--config", file.name], settings)
        self.addCleanup(node.stop)
        self.address = node.read_line(r"^listening on http://(\S+)$").group(1)

    def is_backend_up(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def connect(self, user):
        url = f"ws://{self.address}/socket/websocket?vsn=2.0.0&user={user}"
        return self.enterContext(connect(url, open_timeout=DEADLINE))

    @staticmethod
    def call(client, *message):
        client.send(json.dumps(message))
        return json.loads(client.recv(timeout=DEADLINE))

    def test_backend_decides(self):
        with self.assertRaises(InvalidStatus) as refused:
            self.connect("eve")
        self.assertEqual(refused.exception.response.status_code, 403)
        self.assertEqual(refused.exception.response.body, b"not you")
        ann = self.connect("ann")
        reply = self.call(ann, "1", "1", "room:a", "phx_join", {})
        self.assertEqual(reply[4], {"status": "ok", "response": {"welcome": "room:a"}})
        shout = self.call(ann, "1", "2", "room:a", "new_msg", {"body": "hi"})
        self.assertEqual(shout, [None, None, "room:a", "shout", {"body": "HI"}])
        self.assertEqual(json.loads(ann.recv(timeout=DEADLINE))[4], {"status": "ok", "response": {}})

        # Without its backend the node refuses.
        self.backend.stop()
        reply = self.call(ann, "2", "3", "room:b", "phx_join", {})
        self.assertEqual(reply[4], {"status": "error", "response": {"reason": "backend unavailable"}})
        with self.assertRaises(InvalidStatus) as refused:
            self.connect("bob")
        self.assertEqual(refused.exception.response.status_code, 503)

    def test_backend_has_20_lines(self):
        code = BACKEND.read_text().split('"""')[2]
        self.assertLessEqual(sum(1 for line in code.splitlines() if line.strip()), 20)

    def test_backend_refuses_what_is_not_signed(self):
        body = b'{"type":"leave"}'
        now = int(time.time())
        for sent, key, status in ((now, b"secret", 200), (now, b"other", 401), (now - 400, b"secret", 401)):
            signature = hmac.new(key, f"{sent}.".encode() + body, hashlib.sha256).hexdigest()
            headers = {"ChannelSocket-Signature": f"t={sent},v1={signature}"}
            request = urllib.request.Request(f"http://127.0.0.1:{self.port}/", body, headers)
            try:
                with urllib.request.urlopen(request, timeout=DEADLINE) as response:
                    answered = response.status
            except urllib.error.HTTPError as refused:
                refused.close()
                answered = refused.code
            self.assertEqual(answered, status)


if __name__ == "__main__":
    unittest.main()
