"""What a process uses, read from /proc."""

import json
import os
import pathlib
import urllib.request


class Meter:
    """Reads one process, and the health report of the node it is."""

    def __init__(self, node):
        self.port = node.port
        self.url = node.url
        self.folder = pathlib.Path("/proc") / str(node.process.pid)

    def memory(self):
        """MiB of memory that is the process's own: freed pages that nobody has asked for do not count."""
        return self._kilobytes("smaps_rollup", "Anonymous") / 1024

    def peak(self):
        """The highest resident MiB since `reset_peak`."""
        return self._kilobytes("status", "VmHWM") / 1024

    def reset_peak(self):
        (self.folder / "clear_refs").write_text("5")

    def descriptors(self):
        return len(os.listdir(self.folder / "fd"))

    def health(self):
        with urllib.request.urlopen(f"{self.url}/health", timeout=30) as response:
            return json.load(response)

    def _kilobytes(self, file, name):
        for line in (self.folder / file).read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1])
        raise KeyError(name)
