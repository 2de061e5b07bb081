"""A headless Chromium, spoken to over a pair of pipes (--remote-debugging-pipe): messages of JSON, each ended by a zero."""
import base64
import json
import os
import shutil
import subprocess
import tempfile


class Browser:
    """One page of one size. `exceptions` collects what the page's scripts throw or log as errors."""

    def __init__(self, program, width=1366, height=768):
        self.profile = tempfile.mkdtemp()
        theirs_in, self.to = os.pipe()
        self.back, theirs_out = os.pipe()
        pipes = [os.dup(theirs_in), os.dup(theirs_out)]  # above 4, so that one does not overwrite the other

        def place_pipes():
            os.dup2(pipes[0], 3)
            os.dup2(pipes[1], 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
             "--disable-background-networking", f"--user-data-dir={self.profile}", "--remote-debugging-pipe", "about:blank"],
            preexec_fn=place_pipes, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for end in (theirs_in, theirs_out, *pipes):
            os.close(end)
        self.rest, self.number, self.session, self.exceptions = b"", 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def close(self):
        self.process.terminate()
        self.process.wait()
        os.close(self.to)
        os.close(self.back)
        shutil.rmtree(self.profile, ignore_errors=True)

    def receive(self):
        while b"\0" not in self.rest:
            some = os.read(self.back, 1 << 16)
            if not some:
                raise SystemExit("the browser went away")
            self.rest += some
        message, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(message)
        if message.get("method") == "Runtime.exceptionThrown":
            details = message["params"]["exceptionDetails"]
            self.exceptions.append(details.get("exception", {}).get("description", details["text"]))
        if message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
            self.exceptions.append(message["params"]["entry"]["text"])
        if message.get("method") == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            if not url.startswith(("file:", "data:")):
                self.exceptions.append("a request: " + url)
        return message

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]

    def evaluate(self, script):
        """The value of an expression in the page; waits for promises."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise AssertionError(script + ": " + details.get("exception", {}).get("description", details["text"]))
        return result["result"].get("value")

    def open(self, path, view=""):
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=f"file://{path}{'#' + view if view else ''}")
        while not self.evaluate("document.readyState === 'complete' && !!document.querySelector('main') && "
                                "!!document.getElementById('view').dataset.ready"):
            pass
        self.settle()

    def settle(self):
        """Until the page has been drawn twice."""
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def show(self, view):
        self.evaluate(f"new Promise(done => {{ addEventListener('hashchange', () => setTimeout(done), {{once: true}}); location.hash = '{view}'; "
                      f"if (byId('view').dataset.ready === '{view}') done(); }})")
        self.settle()

    def press(self, key, text=None, shift=False):
        code = {"Tab": 9, "Enter": 13, "Escape": 27, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39,
                "ArrowDown": 40}.get(key, ord(key[0].upper()))
        if key == "Enter":
            text = "\r"
        down = {"type": "keyDown", "key": key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        if text or len(key) == 1:
            down["text"] = text or key
        self.call("Input.dispatchKeyEvent", **down)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)
        self.settle()

    def prefer(self, scheme):
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path):
        self.settle()
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
