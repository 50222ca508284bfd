#!/usr/bin/env python3
"""Clients that all come back at once: python3 Benchmarks/herd.py .build/release/channelsocket [CLIENTS]

Starts a redis-server and a node of its own for each row. All clients connect and join in the same moment; meanwhile
/health is asked over and over, as a stand-in for those who want something else of the node. Then they are idle, and
the commands that Redis gets are counted. Fails when a client does not join within the 10 s that phoenix.js waits.
"""
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

PROGRAM = sys.argv[1]
CLIENTS = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
PATIENCE = 10
IDLE = 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def commands(redis):
    with socket.create_connection(("127.0.0.1", redis)) as connection:
        connection.sendall(b"INFO stats\r\n")
        reply = connection.recv(65_536).decode()
    return int(reply.split("total_commands_processed:")[1].split()[0])


def health(port):
    begun = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=60) as answer:
        return json.load(answer), time.monotonic() - begun


def measure(topics, query, directory):
    """Returns a row: what the herd met, and what it costs when it is idle."""
    redis_port = free_port()
    redis = subprocess.Popen(
        ["redis-server", "--port", str(redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", directory],
        stdout=subprocess.DEVNULL)
    environment = os.environ | {"REDIS_URL": f"redis://127.0.0.1:{redis_port}", "CHANNELSOCKET_DRAIN_DELAY": "0"}
    node = subprocess.Popen(
        [PROGRAM, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = int(node.stdout.readline().rsplit(":", 1)[1])
        while health(port)[0]["status"] != "ok":
            time.sleep(0.05)
        bench = subprocess.Popen(
            [PROGRAM, "bench", "connect", "--url", f"ws://127.0.0.1:{port}/socket{query}", "--clients", str(CLIENTS),
             "--parallel", str(CLIENTS), "--topics", str(topics), "--patience", "60", "--hold", str(IDLE + 15),
             "--quiet", "--json"],
            stdout=subprocess.PIPE, text=True)
        slowest = 0
        joined = 0
        while joined < CLIENTS and bench.poll() is None:
            report, took = health(port)
            joined, slowest = report["channels"], max(slowest, took)
            time.sleep(0.05)
        time.sleep(5)
        before = commands(redis_port)
        time.sleep(IDLE)
        # Two of them are these questions themselves.
        idle = (commands(redis_port) - before - 1) / IDLE
        report = json.loads(bench.communicate()[0])
        connect = report["connect"]
        longest = connect["latency"]["max"] / 1_000_000
        print(f"| {CLIENTS} | {topics} | {'yes' if query else 'no'} | {connect['seconds']:.1f} s"
              f" | {connect['latency']['p50'] / 1_000_000:.2f} s | {longest:.2f} s | {slowest:.2f} s | {idle:.1f} |", flush=True)
        return longest < PATIENCE
    finally:
        node.kill()
        redis.kill()
        node.wait()
        redis.wait()


def main():
    print("| clients | topics | presence | all joined after | join p50 | slowest join | slowest /health | Redis commands/s when idle |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as directory:
        results = [measure(topics, query, directory)
                   for topics, query in ((1, ""), (100, ""), (CLIENTS, ""), (100, "?user=u"), (1, "?user=u"))]
    if not all(results):
        sys.exit(f"some client waited longer than {PATIENCE} s")


main()
