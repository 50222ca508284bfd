#!/usr/bin/env python3
"""What presence costs: python3 Benchmarks/presence.py .build/release/phoenix-contract [MEMBERS]

Starts a redis-server and three nodes of its own, and prints one line for each figure.
"""
import base64
import json
import os
import pathlib
import selectors
import signal
import socket
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Tests" / "System"))

import cluster
from descriptors import allow_files

CONTRACT = sys.argv[1]
MEMBERS = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
ROOM = 100
LEASE = 5
# Nothing here takes that long unless it hangs.
DEADLINE = 120


class RedisClient:
    """A connection to Redis, since a process for each of thousands of commands would be what is measured."""

    def __init__(self, redis):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(DEADLINE)
        self.socket.connect(str(redis.socket))
        self.file = self.socket.makefile("rb")

    def command(self, *arguments):
        parts = [f"*{len(arguments)}\r\n"] + [f"${len(a.encode())}\r\n{a}\r\n" for a in map(str, arguments)]
        self.socket.sendall("".join(parts).encode())
        return self.reply()

    def reply(self):
        line = self.file.readline().decode().rstrip("\r\n")
        if not line:
            raise ConnectionError("Redis has ended")
        kind, rest = line[0], line[1:]
        if kind == "-":
            raise RuntimeError(rest)
        if kind == "$":
            return None if rest == "-1" else self.file.read(int(rest) + 2)[:-2].decode()
        if kind == "*":
            return [self.reply() for _ in range(int(rest))]
        return int(rest) if kind == ":" else rest

    def info(self, name):
        for line in self.command("INFO", "everything").splitlines():
            if line.startswith(name + ":"):
                return int(line.split(":")[1])
        raise KeyError(name)


class Node(cluster.Process):
    def __init__(self, redis, number):
        super().__init__(
            f"presence-{number}", [CONTRACT, "--port", 0, "--redis", redis.url, "--presence-lease", LEASE])
        self.port = int(self.read_line(r"^listening on .*:(\d+)$").group(1))


class Clients:
    """Sockets that are read and, but for what is asked for, not looked at."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.count = 0

    def connect(self, node):
        client = socket.create_connection(("127.0.0.1", node.port), timeout=DEADLINE)
        key = base64.b64encode(os.urandom(16)).decode()
        client.sendall((
            "GET /socket/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            byte = client.recv(1)
            if not byte:
                raise ConnectionError(f"{node.name} did not upgrade: {answer.decode()}")
            answer += byte
        self.selector.register(client, selectors.EVENT_READ)
        return client

    @staticmethod
    def send(client, *message):
        body = json.dumps(message).encode()
        head = struct.pack(">BB", 0x81, 0x80 | len(body)) if len(body) < 126 else struct.pack(
            ">BBH", 0x81, 0xFE, len(body))
        client.sendall(head + b"\0\0\0\0" + body)

    def join(self, node, topic, user):
        client = self.connect(node)
        self.send(client, "1", "1", topic, "phx_join", {"user_id": user, "meta": {"device": "web", "since": 1700000000}})
        self.count += 1
        return client

    def heartbeat(self):
        """Keeps all of them from being closed as idle, which happens after a minute."""
        for key in list(self.selector.get_map().values()):
            self.send(key.fileobj, None, "h", "phoenix", "heartbeat", {})
        self.drain(2)

    def drain(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for key, _ in self.selector.select(max(0, end - time.monotonic())):
                try:
                    is_open = bool(key.fileobj.recv(1 << 20))
                except ConnectionError:
                    # The node was killed.
                    is_open = False
                if not is_open:
                    self.selector.unregister(key.fileobj)
                    key.fileobj.close()


def tracked(redis, topics):
    return sum(redis.command("HLEN", "cs:{%s}:p" % topic) for topic in topics)


def commands_per_second(redis, clients, seconds=10):
    before = redis.info("total_commands_processed")
    clients.drain(seconds)
    return (redis.info("total_commands_processed") - before - 1) / seconds


def wait(what, condition, clients, limit=DEADLINE):
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"presence: waited {limit} s for {what}")
        clients.drain(0.02)


def main():
    sys.stdout.reconfigure(line_buffering=True)
    # Those of the thousand in one room too.
    allow_files(MEMBERS + 1_200, f"presence: for {MEMBERS:,} members")
    redis = cluster.Redis()
    nodes = []
    try:
        for number in range(3):
            nodes.append(Node(redis, number))
        measure(RedisClient(redis), nodes, Clients())
    finally:
        for node in nodes:
            if node.process.poll() is None:
                node.kill()
        redis.close()


def measure(redis, nodes, clients):
    clients.drain(2)
    print(f"idle commands/s, 3 nodes, 0 members: {commands_per_second(redis, clients):.1f}")

    memory = redis.info("used_memory")
    topics = [f"presence:{number}" for number in range(MEMBERS // ROOM)]
    victims = 0
    start = time.monotonic()
    for number in range(MEMBERS):
        clients.join(nodes[number % 3], topics[number % len(topics)], f"user-{number}")
        if number % 50 == 0:
            clients.drain(0.001)
        if number % 3000 == 2999:
            clients.heartbeat()
    wait("all members to be present", lambda: tracked(redis, topics) == MEMBERS, clients)
    print(f"{MEMBERS} members joined {len(topics)} topics in {time.monotonic() - start:.1f} s")
    clients.heartbeat()
    print(f"Redis memory per member: {(redis.info('used_memory') - memory) / MEMBERS:.0f} bytes")
    print(f"idle commands/s, 3 nodes, {MEMBERS} members: {commands_per_second(redis, clients):.1f}")

    clients.heartbeat()
    # The joiner of a room with 999 members on two other nodes.
    for number in range(999):
        clients.join(nodes[number % 2], "presence:thousand", f"user-{number}")
        if number % 20 == 0:
            clients.drain(0.01)
    wait("999 members of one room", lambda: tracked(redis, ["presence:thousand"]) == 999, clients)
    clients.drain(2)
    for label in ("first on its node", "with others on its node"):
        begin = time.monotonic()
        joiner = clients.join(nodes[2], "presence:thousand", label)
        clients.selector.unregister(joiner)
        data, state = b"", None
        while state is None:
            part = joiner.recv(1 << 20)
            if not part or time.monotonic() > begin + DEADLINE:
                raise SystemExit(f"presence: no state came to the 1,000th joiner, {label}")
            data += part
            at = data.find(b'"presence_state"')
            if at >= 0 and data.rfind(b"}]}}]", at) >= 0:
                state = len(data) - data.rfind(b'["1",null', 0, at)
        print(f"the 1,000th joiner's state, {label}: {(time.monotonic() - begin) * 1000:.1f} ms, {state} bytes")
        clients.selector.register(joiner, selectors.EVENT_READ)
        clients.drain(1)

    # All members of one node.
    clients.heartbeat()
    total = topics + ["presence:thousand"]
    before = tracked(redis, total)
    victims = sum(1 for name in redis.command("KEYS", "cs:*:s"))
    begin = time.monotonic()
    nodes[0].process.send_signal(signal.SIGKILL)
    wait("the first member of the killed node to go", lambda: tracked(redis, total) < before, clients)
    first = last = time.monotonic()
    left = tracked(redis, total)

    def is_over():
        nonlocal left, last
        now = tracked(redis, total)
        if now != left:
            left, last = now, time.monotonic()
        return time.monotonic() - last > 0.25

    wait("the members of the killed node to be gone", is_over, clients)
    removed = before - left
    print(f"{removed} members of a killed node removed in {last - first:.2f} s, "
          f"beginning {first - begin:.1f} s after the kill (lease {LEASE} s, {victims} nodes)")


if __name__ == "__main__":
    main()
