"""docker/kubernetes.yml: valid by Kubernetes' own schemas, and its parts fit each other."""

import re
import unittest

import kubernetes_validate
import yaml

from cluster import ROOT

RESOURCES = list(yaml.safe_load_all((ROOT / "docker" / "kubernetes.yml").read_text()))


def resource(kind, name="channelsocket"):
    return next(item for item in RESOURCES if item["kind"] == kind and item["metadata"]["name"] == name)


class KubernetesTest(unittest.TestCase):
    def test_is_valid_in_the_versions_it_names(self):
        for item in RESOURCES:
            for version in ("1.27", "1.37"):
                with self.subTest(kind=item["kind"], version=version):
                    kubernetes_validate.validate(item, version, strict=True)

    def test_selects_the_pods_it_makes(self):
        for name in ("channelsocket", "redis"):
            pod = resource("Deployment", name)["spec"]["template"]["metadata"]["labels"]
            self.assertEqual(resource("Deployment", name)["spec"]["selector"]["matchLabels"], pod)
            self.assertEqual(resource("Service", name)["spec"]["selector"], pod)
        self.assertEqual(
            resource("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
            resource("Service")["spec"]["selector"],
        )

    def test_names_ports_that_there_are(self):
        for name in ("channelsocket", "redis"):
            (container,) = resource("Deployment", name)["spec"]["template"]["spec"]["containers"]
            ports = {port["name"] for port in container["ports"]}
            self.assertLessEqual({port["targetPort"] for port in resource("Service", name)["spec"]["ports"]}, ports)
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                self.assertIn(container.get(probe, {}).get("httpGet", {}).get("port", next(iter(ports))), ports)
        backend = resource("Ingress")["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
        self.assertEqual(backend["name"], resource("Service")["metadata"]["name"])
        self.assertIn(backend["port"]["name"], [port["name"] for port in resource("Service")["spec"]["ports"]])

    def test_probes_what_nodes_serve(self):
        (container,) = resource("Deployment")["spec"]["template"]["spec"]["containers"]
        sources = "".join(path.read_text() for path in (ROOT / "Sources" / "ChannelSocketServer").rglob("*.swift"))
        for probe, path in (("startupProbe", "live"), ("livenessProbe", "live"), ("readinessProbe", "ready")):
            self.assertEqual(container[probe]["httpGet"]["path"], f"/health/{path}")
            self.assertRegex(sources, rf'"(/?health/)?/?{path}"')

    def test_sets_variables_that_the_node_reads(self):
        (container,) = resource("Deployment")["spec"]["template"]["spec"]["containers"]
        sources = "".join(path.read_text() for path in (ROOT / "Sources" / "ChannelSocketServer").rglob("*.swift"))
        for variable in container["env"]:
            self.assertIn(f'"{variable["name"]}"', sources)

    def test_lets_a_node_drain_before_it_is_killed(self):
        pod = resource("Deployment")["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        (program, seconds) = container["lifecycle"]["preStop"]["exec"]["command"]
        self.assertEqual(program, "sleep")
        # What a node takes at most to end once it is told to.
        self.assertGreaterEqual(pod["terminationGracePeriodSeconds"], int(seconds) + 45)

    def test_names_images_by_exact_tag(self):
        for item in RESOURCES:
            for container in item.get("spec", {}).get("template", {}).get("spec", {}).get("containers", []):
                self.assertRegex(container["image"], r":\d+\.\d+(\.\d+)?(-[a-z]+)?$")
                self.assertIsNone(re.search("latest", container["image"]))


if __name__ == "__main__":
    unittest.main()
