#!/usr/bin/env python3
"""What presence costs: python3 Benchmarks/presence.py .build/release/phoenix-contract [MEMBERS]

Starts a redis-server and three nodes of its own, and prints one line for each figure.
"""
import base64
import json
import os
import resource
import selectors
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

CONTRACT = sys.argv[1]
MEMBERS = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
ROOM = 100
LEASE = 5


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Redis:
    def __init__(self):
        self.port = free_port()
        self.directory = tempfile.mkdtemp(prefix="cs-bench-")
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self.directory],
            stdout=subprocess.DEVNULL)
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", self.port))
                break
            except OSError:
                time.sleep(0.02)
        self.file = self.socket.makefile("rb")

    def command(self, *arguments):
        parts = [f"*{len(arguments)}\r\n"] + [f"${len(a.encode())}\r\n{a}\r\n" for a in map(str, arguments)]
        self.socket.sendall("".join(parts).encode())
        return self.reply()

    def reply(self):
        line = self.file.readline().decode().rstrip("\r\n")
        kind, rest = line[0], line[1:]
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

    def stop(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.directory)


class Node:
    def __init__(self, redis):
        self.process = subprocess.Popen(
            [CONTRACT, "--port", "0", "--redis", f"redis://127.0.0.1:{redis.port}", "--presence-lease", str(LEASE)],
            stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])


class Clients:
    """Sockets that are read and, but for what is asked for, not looked at."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.count = 0

    def connect(self, node):
        client = socket.create_connection(("127.0.0.1", node.port))
        key = base64.b64encode(os.urandom(16)).decode()
        client.sendall((
            "GET /socket/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += client.recv(1)
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
                if not key.fileobj.recv(1 << 20):
                    self.selector.unregister(key.fileobj)
                    key.fileobj.close()


def tracked(redis, topics):
    return sum(redis.command("HLEN", "cs:{%s}:p" % topic) for topic in topics)


def commands_per_second(redis, clients, seconds=10):
    before = redis.info("total_commands_processed")
    clients.drain(seconds)
    return (redis.info("total_commands_processed") - before - 1) / seconds


def wait(condition, clients, limit=120):
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, "timed out"
        clients.drain(0.02)


def main():
    sys.stdout.reconfigure(line_buffering=True)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
    redis = Redis()
    nodes = [Node(redis) for _ in range(3)]
    clients = Clients()
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
    wait(lambda: tracked(redis, topics) == MEMBERS, clients)
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
    wait(lambda: tracked(redis, ["presence:thousand"]) == 999, clients)
    clients.drain(2)
    for label in ("first on its node", "with others on its node"):
        begin = time.monotonic()
        joiner = clients.join(nodes[2], "presence:thousand", label)
        clients.selector.unregister(joiner)
        data, state = b"", None
        while state is None:
            data += joiner.recv(1 << 20)
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
    wait(lambda: tracked(redis, total) < before, clients)
    first = time.monotonic()
    counts = [tracked(redis, total)]
    while len(counts) < 5 or counts[-1] != counts[-5]:
        clients.drain(0.05)
        counts.append(tracked(redis, total))
    last = time.monotonic() - 0.2
    removed = before - counts[-1]
    print(f"{removed} members of a killed node removed in {last - first:.2f} s, "
          f"beginning {first - begin:.1f} s after the kill (lease {LEASE} s, {victims} nodes)")
    for node in nodes:
        node.process.kill()
    redis.stop()


if __name__ == "__main__":
    main()
