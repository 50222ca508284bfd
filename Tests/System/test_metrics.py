"""What monitors a node: /metrics as Prometheus reads it, the dashboard and the alert rules of docker/."""

import json
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

import yaml
from prometheus_client.parser import text_string_to_metric_families

from client import Client
from cluster import DEADLINE, ROOT, Node, Process, Redis, wait_until

DASHBOARD = ROOT / "docker" / "grafana" / "dashboards" / "channelsocket.json"
PROMETHEUS = ROOT / "docker" / "prometheus"
NAME = re.compile(r"\bchannelsocket_[a-z_]*[a-z]\b")


def get(url):
    with urllib.request.urlopen(url, timeout=DEADLINE) as response:
        return response.read().decode()


def dashboard_queries():
    """The expressions of the dashboard, with Grafana's variables filled in."""
    dashboard = json.loads(DASHBOARD.read_text())
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    queries = [target["expr"] for panel in panels for target in panel["targets"]]
    queries += [annotation["expr"] for annotation in dashboard["annotations"]["list"]]
    fill = {"$job": "channelsocket", "$instance": ".*", "$__rate_interval": "1m"}
    for variable, value in fill.items():
        queries = [query.replace(variable, value) for query in queries]
    return queries


def alert_rules():
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


class MetricsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.redis = Redis()
        cls.addClassCleanup(cls.redis.close)
        cls.node = Node("measured", cls.redis)
        cls.addClassCleanup(cls.node.stop)
        cls.client = Client(cls.node.address)
        cls.addClassCleanup(cls.client.close)
        cls.client.send("1", "2", "new_msg", {"body": "hi"})
        cls.client.receive()

    def page(self):
        return get(f"{self.node.url}/metrics")

    def series(self):
        """The names of all series, as a query would name them."""
        return {
            sample.name for family in text_string_to_metric_families(self.page()) for sample in family.samples
        }

    def test_is_read_by_prometheus_own_client(self):
        families = {family.name: family for family in text_string_to_metric_families(self.page())}
        self.assertEqual(families["channelsocket_connections"].samples[0].value, 1)
        self.assertEqual(families["channelsocket_joins"].type, "counter")
        self.assertEqual(families["channelsocket_publish_duration_seconds"].type, "histogram")
        for family in families.values():
            self.assertNotEqual(family.documentation, family.name, "every metric is explained")

    def test_passes_promtool(self):
        for arguments, text in [
            (["check", "metrics"], self.page()),
            (["check", "rules", PROMETHEUS / "alerts.yml"], None),
            (["check", "config", PROMETHEUS / "prometheus.yml"], None),
        ]:
            done = subprocess.run(["promtool", *arguments], input=text, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_has_every_metric_of_the_dashboard_and_the_alerts(self):
        there = self.series()
        used = {name for query in dashboard_queries() for name in NAME.findall(query)}
        used |= {name for rule in alert_rules() for name in NAME.findall(rule["expr"])}
        self.assertGreater(len(used), 20)
        self.assertEqual(used - there, set())
        # What alerts say about reasons must be reasons that exist.
        reasons = set(re.findall(r'channelsocket_drops_total\{reason="(\w+)"\}', self.page()))
        named = {
            reason for rule in alert_rules()
            for reasons in re.findall(r'drops_total\{reason=~?"([\w|]+)"', rule["expr"]) for reason in reasons.split("|")
        }
        self.assertEqual(named - reasons, set())

    def test_is_documented(self):
        documented = set(NAME.findall((ROOT / "docs" / "metrics.md").read_text()))
        families = set(re.findall(r"^# TYPE (\S+)", self.page(), re.MULTILINE))
        self.assertEqual(families - documented, set())
        # Webhooks are not configured here.
        self.assertEqual({name for name in documented - families if "_webhook_" not in name}, set())

    def test_a_real_prometheus_answers_every_query_and_loads_every_rule(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="channelsocket-prometheus-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
        config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        config["rule_files"] = [str(PROMETHEUS / "alerts.yml")]
        config["scrape_configs"][0]["static_configs"][0]["targets"] = [self.node.address]
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        with socket.create_server(("127.0.0.1", 0)) as probe:
            address = "127.0.0.1:%d" % probe.getsockname()[1]
        prometheus = Process("prometheus", [
            "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address={address}",
        ])
        self.addCleanup(prometheus.stop)

        def ask(path, **parameters):
            try:
                answer = json.loads(get(f"http://{address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"))
            except urllib.error.HTTPError as error:
                with error:
                    if error.code == 503:  # it is starting
                        return None
                    self.fail(f"{parameters}: {error.read().decode()}")
            except OSError:
                return None
            return answer["data"]

        def has_two_scrapes():
            data = ask("query", query="count_over_time(channelsocket_connections[1m]) > 2")
            return data and data["result"]

        wait_until("Prometheus to have scraped the node", has_two_scrapes, 60)
        for query in dashboard_queries():
            result = ask("query", query=query)["result"]
            if not query.endswith("> 0"):
                self.assertTrue(result, f"no data for {query}")
        groups = wait_until("the rules to be evaluated", lambda: self.evaluated(ask("rules")["groups"]))
        rules = [rule for group in groups for rule in group["rules"]]
        self.assertEqual({rule["name"] for rule in rules}, {rule["alert"] for rule in alert_rules()})
        for rule in rules:
            self.assertEqual(rule["health"], "ok", rule.get("lastError"))
            self.assertEqual(rule["state"], "inactive", f"{rule['name']} must be silent about a healthy node")

    @staticmethod
    def evaluated(groups):
        return all(rule["health"] != "unknown" for group in groups for rule in group["rules"]) and groups


if __name__ == "__main__":
    unittest.main()
