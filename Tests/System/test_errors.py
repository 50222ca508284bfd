"""The mistakes of docs/errors.md, made as it says, and what is printed then."""

import re
import unittest

from cluster import ROOT
from shell import Shell

DOCUMENT = (ROOT / "docs" / "errors.md").read_text()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)


def commands():
    """What is typed, each with what is printed."""
    for block in blocks("console"):
        for command in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            yield command.split("\n", 1)


class ErrorsTest(unittest.TestCase):
    def setUp(self):
        self.shell = Shell()
        self.addCleanup(self.shell.close)
        self.shell.type("export PATH=$PWD/.build/release:$PATH")
        for block in blocks("yaml"):
            name = re.match(r"# (\S+)\n", block).group(1)
            (self.shell.folder / name).write_text(block)

    def test_look_as_the_document_shows_them(self):
        typed = list(commands())
        self.assertGreater(len(typed), 25)
        for command, printed in typed:
            with self.subTest(command):
                self.expect(command, printed)

    def expect(self, command, printed):
        """Types a command, again while it prints something else: what a server says of itself may come later."""
        pattern = re.escape(self.shell.here(printed)).replace("…", ".*")
        answers = []

        def is_as_shown():
            answers.append(self.shell.type(command))
            return re.fullmatch(pattern, answers[-1])

        try:
            self.shell.expect(f"{command} to print\n{printed}", is_as_shown)
        except AssertionError:
            self.fail(f"{command}\nprinted\n{answers[-1]}instead of\n{printed}")


if __name__ == "__main__":
    unittest.main()
