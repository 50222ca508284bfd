"""The HTTP API held against the OpenAPI document that a node serves, by programs that others wrote."""

import json
import re
import subprocess
import tempfile
import unittest
import urllib.request

from client import Client
from cluster import ARTIFACTS, DEADLINE, ROOT, Node

PROGRAMS = ROOT / ".venv-openapi" / "bin"
# Of schemathesis, which looks for it where it is started.
CONFIGURATION = ROOT / "Tests" / "System" / "openapi"
KEY = "correct horse battery staple"


class OpenAPITest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Alone: cut off from a Redis a node would rightly answer 503.
        environment = {
            "CHANNELSOCKET_ADMIN_KEY": KEY, "CHANNELSOCKET_LIMITS_ACCEPTS_PER_SECOND": "none",
            "CHANNELSOCKET_DRAIN_DELAY": "0s",
        }
        cls.node = Node("openapi", environment=environment)
        cls.addClassCleanup(cls.node.stop)
        cls.document = f"{cls.node.url}/api/openapi.json"
        # Somebody to be listed.
        client = Client(cls.node.address, query="&user=ann")
        cls.addClassCleanup(client.close)

    def run_program(self, *command, environment=None):
        done = subprocess.run(
            command, cwd=CONFIGURATION, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=10 * DEADLINE,
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_serves_a_valid_document(self):
        with urllib.request.urlopen(self.document, timeout=DEADLINE) as response:
            document = response.read()
        self.assertTrue(json.loads(document)["openapi"].startswith("3.1."))
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            file.write(document)
            file.flush()
            self.run_program(PROGRAMS / "openapi-spec-validator", file.name)

    def test_answers_as_the_document_says(self):
        environment = {
            "API_KEY": KEY, "PYTHONDONTWRITEBYTECODE": "1", "HYPOTHESIS_STORAGE_DIRECTORY": ARTIFACTS / "hypothesis",
        }
        report = self.run_program(PROGRAMS / "st", "run", self.document, "--no-color", environment=environment)
        cases, passed = map(int, re.search(r"(\d+) generated, (\d+) passed", report).groups())
        self.assertEqual(cases, passed, report)
        self.assertGreater(cases, 300, report)
        self.assertIn("Operations:       8 selected / 8 total", report)


if __name__ == "__main__":
    unittest.main()
