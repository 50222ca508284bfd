"""Headless Chromium, driven over its DevTools protocol."""

import base64
import contextlib
import itertools
import json
import os
import pathlib
import shutil
import tempfile
import time

from websockets.sync.client import connect

from cluster import ARTIFACTS, DEADLINE, Process, wait_until


class Chromium:
    """One browser with a fresh profile."""

    def __init__(self):
        self.profile = pathlib.Path(tempfile.mkdtemp(prefix="channelsocket-chromium-"))
        options = [
            "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={self.profile}", "--disable-gpu",
            "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-extensions",
            # Both tabs are looked at, but only one can be in front.
            "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
            "--disable-backgrounding-occluded-windows", "--window-size=900,700",
        ]
        if os.geteuid() == 0:
            # Chromium refuses to run its sandbox as root; it loads only the page under test.
            options.append("--no-sandbox")
        self.process = Process("chromium", ["chromium", *options, "about:blank"])
        port_file = self.profile / "DevToolsActivePort"
        wait_until("chromium to listen", lambda: port_file.exists() and port_file.read_text().count("\n"), 60)
        port, path = port_file.read_text().splitlines()[:2]
        self.resources = contextlib.ExitStack()
        self.connection = self.resources.enter_context(
            connect(f"ws://127.0.0.1:{port}{path}", max_size=None, open_timeout=DEADLINE)
        )
        self.ids = itertools.count(1)
        self.errors = []
        self.console = []

    def call(self, method, session=None, **parameters):
        """Calls a method and returns its result; notes the errors and console lines that arrive meanwhile."""
        number = next(self.ids)
        request = {"id": number, "method": method, "params": parameters}
        if session:
            request["sessionId"] = session
        self.connection.send(json.dumps(request))
        end = time.monotonic() + DEADLINE
        while True:
            message = json.loads(self.connection.recv(timeout=max(0, end - time.monotonic())))
            if message.get("id") == number:
                if "error" in message:
                    raise AssertionError(f"{method}: {message['error']}")
                return message["result"]
            self.note(message)

    def note(self, message):
        if message.get("method") == "Runtime.exceptionThrown":
            self.errors.append(self.describe(message["params"]["exceptionDetails"]))
        elif message.get("method") == "Runtime.consoleAPICalled":
            values = message["params"]["args"]
            self.console.append(" ".join(str(value.get("value", value.get("description"))) for value in values))

    @staticmethod
    def describe(details):
        return details.get("exception", {}).get("description") or details["text"]

    def open(self, url):
        return Tab(self, url)

    def close(self):
        self.resources.close()
        self.process.stop()
        shutil.rmtree(self.profile, ignore_errors=True)


class Tab:
    """One page in a window of its own."""

    def __init__(self, browser, url):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank", newWindow=True)["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Runtime.enable")
        self.call("Page.enable")
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        self.call("Page.navigate", url=url)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise AssertionError(f"{expression[:200]}: {self.browser.describe(result['exceptionDetails'])}")
        return result["result"].get("value")

    def wait_for(self, what, expression, deadline=DEADLINE):
        try:
            return wait_until(what, lambda: self.evaluate(expression), deadline)
        except AssertionError:
            self.screenshot("failure")
            raise

    def text(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)})?.innerText")

    def type(self, selector, text):
        """Types into a field as a person does, and presses Enter."""
        self.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        self.call("Input.insertText", text=text)
        for kind in ("rawKeyDown", "char", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key="Enter", windowsVirtualKeyCode=13, text="\r")

    def screenshot(self, name):
        ARTIFACTS.mkdir(exist_ok=True)
        data = self.call("Page.captureScreenshot", format="png")["data"]
        path = ARTIFACTS / f"{name}.png"
        path.write_bytes(base64.b64decode(data))
        return path
