"""docker/nginx.conf, as it stands there, in front of two nodes."""

import json
import re
import shutil
import socket
import tempfile
import unittest
import urllib.request

from websockets.sync.client import connect

from client import Client
from cluster import DEADLINE, ROOT, Node, Process, Redis, wait_until

SNIPPET = (ROOT / "docker" / "nginx.conf").read_text()

# What stands around the snippet in a distribution's nginx.conf, with everything in a folder of the test's own.
MAIN = """
daemon off;
pid {folder}/nginx.pid;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/channelsocket.conf;
}}
"""


def free_address():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return "127.0.0.1:%d" % probe.getsockname()[1]


def for_nodes(snippet, address, nodes):
    """The snippet with addresses of the test's own."""
    servers = re.findall(r"^ +server node\d:4000( .*)?;$", snippet, re.MULTILINE)
    lines = "".join(f"    server {node.address}{servers[0]};\n" for node in nodes)
    snippet, count = re.subn(r"(^ +server node\d:4000.*;\n)+", lines, snippet, flags=re.MULTILINE)
    assert count == 1 and snippet.count("listen 8080;") == 1
    return snippet.replace("listen 8080;", f"listen {address};")


class NginxTest(unittest.TestCase):
    def setUp(self):
        redis = Redis()
        self.addCleanup(redis.close)
        self.nodes = [self.start(Node(name, redis)) for name in ("alpha", "beta")]
        folder = tempfile.mkdtemp(prefix="channelsocket-nginx-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.balancer = free_address()
        with open(f"{folder}/channelsocket.conf", "w") as file:
            file.write(for_nodes(SNIPPET, self.balancer, self.nodes))
        with open(f"{folder}/nginx.conf", "w") as file:
            file.write(MAIN.format(folder=folder))
        nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        self.start(Process("nginx", [nginx, "-e", "stderr", "-p", folder, "-c", f"{folder}/nginx.conf"]))
        wait_until("nginx to answer", self.is_balancer_up)

    def start(self, process):
        self.addCleanup(process.stop)
        return process

    def is_balancer_up(self):
        try:
            with urllib.request.urlopen(f"http://{self.balancer}/health", timeout=DEADLINE) as response:
                return json.loads(response.read())["status"] == "ok"
        except OSError:
            return False

    def connect(self):
        client = Client(self.balancer)
        self.addCleanup(client.close)
        return client

    def test_joins_clients_of_both_nodes(self):
        clients = [self.connect() for _ in range(4)]
        self.assertEqual({client.node.rpartition("_")[0] for client in clients}, {"alpha", "beta"})
        clients[0].send("1", "2", "new_msg", {"body": "hi"})
        for client in clients:
            self.assertEqual(client.receive(), [None, None, "room:lobby", "new_msg", {"body": "hi"}])

    def test_lets_pages_of_the_same_host_connect(self):
        url = f"ws://{self.balancer}/socket/websocket?vsn=2.0.0"
        with connect(url, origin=f"http://{self.balancer}", open_timeout=DEADLINE) as client:
            client.send('[null,"1","phoenix","heartbeat",{}]')
            self.assertEqual(json.loads(client.recv(timeout=DEADLINE))[1], "1")

    def test_leads_clients_of_a_stopped_node_to_the_other(self):
        clients = [self.connect() for _ in range(2)]
        stopped = self.nodes[0]
        stopped.stop()
        lost = next(client for client in clients if client.node.startswith(stopped.name))
        with self.assertRaises(Exception):
            lost.socket.recv(timeout=DEADLINE)
        self.assertEqual(lost.socket.protocol.close_code, 1012)
        for _ in range(3):
            self.assertFalse(self.connect().node.startswith(stopped.name))


if __name__ == "__main__":
    unittest.main()
