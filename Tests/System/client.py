"""A Phoenix client."""

import contextlib
import json

from websockets.sync.client import connect

from cluster import DEADLINE


class Client:
    """A WebSocket client that joined a room."""

    def __init__(self, address, room="lobby", query=""):
        self.topic = f"room:{room}"
        self.resources = contextlib.ExitStack()
        url = f"ws://{address}/socket/websocket?vsn=2.0.0{query}"
        # A client that does not read could not close either: the answer stands behind what it has not read.
        self.socket = self.resources.enter_context(connect(url, open_timeout=DEADLINE, max_queue=None))
        self.send("1", "1", "phx_join", {})
        self.node = self.receive()[4]["response"]["node"]

    def send(self, join_ref, ref, event, payload):
        self.socket.send(json.dumps([join_ref, ref, self.topic, event, payload]))

    def receive(self):
        return json.loads(self.socket.recv(timeout=DEADLINE))

    def close(self):
        self.resources.close()
