"""What README.md shows, run as it stands there."""

import importlib.util
import pathlib
import re
import unittest

from chromium import Chromium
from client import Client
from cluster import ROOT, Node, Redis, wait_until

README = (ROOT / "README.md").read_text()


def block(language, document=README):
    """The first code block of a language."""
    return re.search(rf"^```{language}\n(.*?)^```$", document, re.MULTILINE | re.DOTALL).group(1)


def stock_phoenix():
    """The source of the stock phoenix.js, cut out of a bundle that a Python package carries."""
    package = importlib.util.find_spec("pyview").submodule_search_locations[0]
    bundle = (pathlib.Path(package) / "static" / "assets" / "app.js").read_text()
    return re.search(r"// node_modules/phoenix/\S+\n(.*?)\n  // node_modules/", bundle, re.DOTALL).group(1)


class ReadmeTest(unittest.TestCase):
    def test_embeds_the_snippet_that_is_compiled(self):
        self.assertEqual(block("swift"), (ROOT / "Snippets" / "Embed.swift").read_text())

    def test_handlers_are_shown_by_the_snippet_that_is_compiled(self):
        document = (ROOT / "docs" / "handlers.md").read_text()
        self.assertEqual(block("swift", document), (ROOT / "Snippets" / "StockServer.swift").read_text())

    def test_stock_phoenix_js_prints_what_is_promised(self):
        example = block("js")
        promised = re.search(r"// prints: (.+)$", example, re.MULTILINE).group(1)
        node = Node("readme")
        self.addCleanup(node.stop)
        browser = Chromium()
        self.addCleanup(browser.close)
        # Any page with an origin will do: phoenix.js looks at sessionStorage.
        tab = browser.open(f"{node.url}/health")
        tab.wait_for("the page", "document.readyState === 'complete' && location.protocol === 'http:'")
        lines = [line for line in example.splitlines() if not line.startswith("import ")]
        script = "\n".join(lines).replace("127.0.0.1:4000", node.address)
        self.assertIn(node.address, script)
        tab.evaluate(f"{{ {stock_phoenix()}\n{script}\n 0 }}")
        wait_until(f"the console to say {promised!r}", lambda: tab.evaluate("1") and promised in browser.console)
        self.assertEqual(browser.errors, [])

    def test_the_publish_example_reaches_clients_of_all_nodes(self):
        channel, payload = re.search(r"^redis-cli PUBLISH (\S+) '(.*)'$", README, re.MULTILINE).groups()
        redis = Redis()
        self.addCleanup(redis.close)
        clients = []
        for name in ("alpha", "beta"):
            node = Node(name, redis)
            self.addCleanup(node.stop)
            clients.append(Client(node.address))
            self.addCleanup(clients[-1].close)
        self.assertEqual(redis.command("PUBLISH", channel, payload), "2")
        for client in clients:
            self.assertEqual(client.receive(), [None, None, "room:lobby", "new_msg", {"body": "hi"}])

    def test_names_files_that_exist(self):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", README):
            self.assertTrue((ROOT / target).exists(), target)

    def test_documents_name_files_that_exist(self):
        for document in (ROOT / "docs").glob("*.md"):
            for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text()):
                self.assertTrue((document.parent / target).exists(), f"{document.name}: {target}")


if __name__ == "__main__":
    unittest.main()
