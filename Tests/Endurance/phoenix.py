"""A Phoenix client of few instructions, for tests that need thousands of them in one process.

No third-party library: what they do for each connection would cost more than the server under test.
"""

import asyncio
import base64
import json
import os
import struct

KEY = base64.b64encode(os.urandom(16)).decode()
DEADLINE = 60


class Closed(Exception):
    """The connection is over; `code` is that of the server's close frame, None if there was none."""

    def __init__(self, code=None, reason=""):
        super().__init__(f"closed with {code} {reason}")
        self.code = code


class Refused(Exception):
    """The server did not upgrade."""


def frame(opcode, body):
    """A client's frame. The mask is zero: nothing here is between us and the server that it would protect."""
    length = len(body)
    if length < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
    elif length < 1 << 16:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, length)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, length)
    return head + b"\0\0\0\0" + body


def handshake(port, parameters="", path="/socket/websocket"):
    """The request that opens a WebSocket."""
    return (
        f"GET {path}?vsn=2.0.0{parameters} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\n"
        f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n"
    ).encode()


class Client:
    """One WebSocket, from `await Client.connect(...)` to `abort` or `close`."""

    @classmethod
    async def connect(cls, port, parameters="", source="127.0.0.1"):
        self = cls()
        self.ref = 0
        self.reader, self.writer = await asyncio.open_connection(
            "127.0.0.1", port, local_addr=(source, 0), limit=1 << 25)
        self.writer.write(handshake(port, parameters))
        head = await self.reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            self.abort()
            raise Refused(head.split(b"\r\n", 1)[0].decode())
        return self

    def send(self, event, payload, topic, join_ref=None):
        """Sends a message; returns its ref."""
        self.ref += 1
        self.write(json.dumps([join_ref, str(self.ref), topic, event, payload]))
        return str(self.ref)

    def write(self, text):
        self.writer.write(frame(1, text.encode()))

    async def receive(self):
        """The next message, [join_ref, ref, topic, event, payload]."""
        while True:
            opcode, body = await self.receive_frame()
            if opcode == 1:
                return json.loads(body)

    async def receive_frame(self):
        try:
            first, second = await self.reader.readexactly(2)
            length = second & 0x7F
            if length == 126:
                (length,) = struct.unpack("!H", await self.reader.readexactly(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", await self.reader.readexactly(8))
            body = await self.reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError):
            raise Closed() from None
        if first & 0x0F == 8:
            code = struct.unpack("!H", body[:2])[0] if len(body) > 1 else None
            raise Closed(code, body[2:].decode())
        return first & 0x0F, body

    async def reply(self, ref):
        """The payload of the reply to a message; other messages are skipped."""
        while True:
            message = await self.receive()
            if message[1] == ref and message[3] == "phx_reply":
                return message[4]

    async def join(self, topic, payload=None):
        """Joins; the join ref is "j"."""
        reply = await self.reply(self.send("phx_join", payload or {}, topic, join_ref="j"))
        if reply["status"] != "ok":
            raise Refused(str(reply))

    async def close(self):
        """Closes as the protocol wants it."""
        self.writer.write(frame(8, struct.pack("!H", 1000)))
        try:
            while True:
                await self.receive_frame()
        except Closed:
            self.abort()

    def abort(self):
        """Ends the connection without a word."""
        self.writer.transport.abort()
