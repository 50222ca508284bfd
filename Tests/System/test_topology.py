"""docker/compose.yaml's topology as processes: one Redis, three nodes and a balancer with the very configuration."""

import json
import re
import shutil
import socket
import unittest
import urllib.error
import urllib.request

import yaml

from client import Client
from cluster import DEADLINE, ROOT, Node, Process, Redis, wait_until

COMPOSE = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())


def get(url):
    with urllib.request.urlopen(url, timeout=DEADLINE) as response:
        return response.status, response.read().decode()


class TopologyTest(unittest.TestCase):
    def setUp(self):
        self.redis = Redis()
        self.addCleanup(self.redis.close)
        self.nodes = [self.start(Node(name, self.redis)) for name in ("node1", "node2", "node3")]
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.balancer = "127.0.0.1:%d" % probe.getsockname()[1]
        environment = {"BALANCER_BIND": self.balancer}
        environment |= {node.name.upper(): node.address for node in self.nodes}
        haproxy = shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        self.start(Process("haproxy", [haproxy, "-db", "-f", ROOT / "docker" / "haproxy.cfg"], environment))
        wait_until("the balancer to answer", self.is_balancer_up)

    def start(self, process):
        self.addCleanup(process.stop)
        return process

    def is_balancer_up(self):
        try:
            return get(f"http://{self.balancer}/health")[0] == 200
        except OSError:
            return False

    def connect(self):
        client = Client(self.balancer)
        self.addCleanup(client.close)
        return client

    def test_joins_clients_of_all_nodes_behind_the_balancer(self):
        clients = [self.connect() for _ in range(6)]
        self.assertEqual({client.node.rpartition("_")[0] for client in clients}, {"node1", "node2", "node3"})
        clients[0].send("1", "2", "new_msg", {"body": "hi"})
        for client in clients:
            self.assertEqual(client.receive(), [None, None, "room:lobby", "new_msg", {"body": "hi"}])

    def test_serves_the_page_and_health_through_the_balancer(self):
        self.assertIn("ChannelSocket chat", get(f"http://{self.balancer}/")[1])
        # A node that has just started serves before its link to Redis and its presence are up, and says so.
        wait_until(
            "the nodes to be well", lambda: json.loads(get(f"http://{self.balancer}/health")[1])["status"] == "ok"
        )

    def test_keeps_the_metrics_from_the_public(self):
        for path in ("/metrics", "/METRICS"):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                get(f"http://{self.balancer}{path}")
            refused.exception.close()
            self.assertEqual(refused.exception.code, 404)

    def test_takes_clients_of_a_stopped_node_over(self):
        clients = [self.connect() for _ in range(3)]
        stopped = self.nodes[0]
        self.assertEqual(stopped.stop(), 0, "exit code after SIGTERM")
        lost = next(client for client in clients if client.node.startswith(stopped.name))
        code = wait_until("the close", lambda: self.close_code(lost))
        self.assertEqual(code, 1012)
        again = self.connect()
        self.assertFalse(again.node.startswith(stopped.name))
        again.send("1", "2", "new_msg", {"body": "back"})
        for client in clients:
            if client is not lost:
                self.assertEqual(client.receive()[4], {"body": "back"})

    @staticmethod
    def close_code(client):
        try:
            client.socket.recv(timeout=DEADLINE)
        except Exception:
            return client.socket.protocol.close_code
        return None


class ComposeFileTest(unittest.TestCase):
    def test_starts_nodes_after_redis_and_the_balancer_after_the_nodes(self):
        services = COMPOSE["services"]
        for name in ("node1", "node2", "node3"):
            self.assertEqual(services[name]["depends_on"]["redis"]["condition"], "service_healthy")
            self.assertEqual(services["balancer"]["depends_on"][name]["condition"], "service_healthy")
        for name in ("redis", "balancer"):
            self.assertIn("healthcheck", services[name])
        self.assertIn("HEALTHCHECK", (ROOT / "docker" / "Dockerfile").read_text())

    def test_names_images_by_exact_tag(self):
        images = [service["image"] for service in COMPOSE["services"].values() if "build" not in service]
        images += re.findall(r"^FROM (\S+)", (ROOT / "docker" / "Dockerfile").read_text(), re.MULTILINE)
        for image in images:
            self.assertRegex(image, r":v?\d+\.\d+(\.\d+)?(-[a-z]+)?$")

    def test_mounts_files_that_exist(self):
        for service in COMPOSE["services"].values():
            for volume in service.get("volumes", []):
                self.assertTrue((ROOT / "docker" / volume.split(":")[0]).exists(), volume)


if __name__ == "__main__":
    unittest.main()
