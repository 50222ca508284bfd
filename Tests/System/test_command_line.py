"""What the program says of itself: help and completions."""

import re
import subprocess
import unittest

from cluster import BINARY, DEADLINE


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=True, **options)
    return done.stdout


def commands(*path):
    """The commands below one, each with its help and that of its group."""
    text = run(BINARY, *path, "--help")
    names = re.findall(r"^  ([a-z]+) ", text.partition("SUBCOMMANDS:\n")[2], re.MULTILINE)
    for name in names:
        yield (*path, name), run(BINARY, *path, name, "--help"), text
        yield from commands(*path, name)


class HelpTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.commands = list(commands())

    def test_knows_the_commands(self):
        names = {" ".join(path) for path, _, _ in self.commands}
        self.assertLessEqual({"serve", "tail", "token create", "config check", "bench fanout"}, names)

    def test_tells_what_each_command_exits_with(self):
        for path, text, of_group in self.commands:
            with self.subTest(path):
                if "SUBCOMMANDS:" not in text and path != ("config", "reference"):
                    self.assertRegex(text + (of_group if len(path) > 1 else ""), "[Ee]xit code")

    def test_has_examples_that_can_be_copied(self):
        # The help is wrapped, and a line of an example that is wrapped is no command any more.
        for path, text, _ in self.commands:
            examples = re.search(r"^Examples:\n(.*?)\n\n", text, re.MULTILINE | re.DOTALL)
            for line in examples.group(1).splitlines() if examples else []:
                with self.subTest(path, line=line):
                    self.assertTrue(line.startswith("  "), "it is wrapped")
                    self.assertRegex(line, "channelsocket |^  export ")

    def test_completes_in_bash(self):
        script = run(BINARY, "--generate-completion-script", "bash")
        for typed, wanted in (
            ("channelsocket pub", "publish"), ("channelsocket token cre", "create"),
            ("channelsocket tail room:lobby --tim", "--timeout"),
        ):
            complete = (
                f'COMP_LINE={typed!r}; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=({typed}); COMP_TYPE=9\n'
                "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); word=${COMP_WORDS[COMP_CWORD]}\n"
                '_channelsocket channelsocket "$word" "${COMP_WORDS[COMP_CWORD - 1]}"; printf "%s\\n" "${COMPREPLY[@]}"'
            )
            offered = run("bash", "-c", f"{script}\n{complete}", env={"PATH": f"{BINARY.parent}:/usr/bin:/bin"})
            self.assertIn(wanted, offered.split(), f"{typed}\n{offered}")

    def test_makes_completions_for_zsh_and_fish(self):
        for shell in ("zsh", "fish"):
            script = run(BINARY, "--generate-completion-script", shell)
            self.assertIn("publish", script)


if __name__ == "__main__":
    unittest.main()
