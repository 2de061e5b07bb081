#!/usr/bin/python3 -I
"""test_page.py BUILD [SCREENSHOTS]: the pages of myld-report in a headless Chromium.

Makes traces of real runs, pages from them, and uses these as a reader does: views, filter, keys, themes. With a folder as
second argument, it leaves screenshots there. Skipped, with a word, where there is no Chromium.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import Browser  # noqa: E402

BUILD = os.path.abspath(sys.argv[1])
SCREENSHOTS = sys.argv[2] if len(sys.argv) > 2 else None
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
VIEWS = ["overview", "timeline", "dependencies", "search", "memory", "bindings", "got", "tls", "constructors", "cost"]
MANY = 100_000


def trace(folder, name, *command, **variables):
    path = os.path.join(folder, name + ".json")
    subprocess.run([BUILD + "/myld", "--trace=" + path, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   cwd=BUILD + "/samples", env={**os.environ, **variables}, check=False)
    return path


def quietest(folder, times, *command):
    """Of so many traces the one that came first to the program: the machine may have other work."""
    kept = os.path.join(folder, os.path.basename(command[0]) + "-quiet.json")
    best = None
    for _ in range(times):
        path = trace(folder, "one", *command)
        with open(path) as file:
            enter = next(json.loads(line)["time"] for line in file if line.startswith('{"event":"enter"'))
        if best is None or enter < best:
            best = enter
            os.replace(path, kept)
    return kept


def page(folder, name, *traces):
    path = os.path.join(folder, name + ".html")
    subprocess.run([BUILD + "/myld-report", "--partial", *traces, "-o", path], check=True, stderr=subprocess.DEVNULL)
    return path


def read_events(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def many_bindings(path, to):
    """The trace with so many more bindings that there are MANY, each of a symbol of its own."""
    with open(path) as file:
        lines = file.readlines()
    sample = next(json.loads(line) for line in lines if line.startswith('{"event":"bind"') and '"to"' in line)
    with open(to, "w") as file:
        file.writelines(lines)
        for i in range(MANY):
            file.write(json.dumps({**sample, "symbol": f"_ZN5space{i % 977}E7symbol_{i}"}, separators=(",", ":")) + "\n")
    return to


@unittest.skipUnless(CHROMIUM, "no Chromium here: apt-get install chromium")
class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = folder = tempfile.mkdtemp()
        cls.ls_trace = trace(folder, "ls", "/bin/ls", "/")
        cls.ls = page(folder, "ls", cls.ls_trace)
        cls.browser = Browser(CHROMIUM)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        shutil.rmtree(cls.folder)

    def setUp(self):
        self.browser.prefer("light")
        self.browser.exceptions.clear()

    def tearDown(self):
        self.assertEqual(self.browser.exceptions, [])

    def value(self, script):
        return self.browser.evaluate(script)

    def check_views(self, path, views=VIEWS):
        self.browser.open(path)
        for view in views:
            self.browser.show(view)
            with self.subTest(view=view):
                self.assertEqual(self.value("byId('view').dataset.ready"), view)
                self.assertEqual(self.value("document.querySelectorAll('main h1').length"), 1)
                self.assertEqual(self.value("document.querySelector('nav [aria-current]').hash"), "#" + view)
                self.assertLessEqual(self.value("document.documentElement.scrollWidth"), 1366)
                self.assertEqual(self.unnamed(), [])

    def unnamed(self):
        """What can be operated but has no name for a screen reader."""
        nodes = self.browser.call("Accessibility.getFullAXTree")["nodes"]
        wanted = {"button", "textbox", "searchbox", "combobox", "slider", "grid", "link", "image"}
        return [node["role"]["value"] for node in nodes if not node.get("ignored") and node.get("role", {}).get("value") in wanted
                and not node.get("name", {}).get("value")]

    def test_views_of_ls(self):
        self.check_views(self.ls)
        self.assertEqual(self.value("document.title"), "ls – myld report")

    def test_views_of_samples(self):
        for name, command in {"tls": ["./tls_dlopen", "./libtls_gd.so", "gd"], "static": ["./hello_static"], "musl": ["./musl/hello"],
                              "nolibc": ["./hello_nolibc"], "missing": ["/nowhere/program"],
                              "plugin": ["./plugin_host", "open=./libplugin_one.so", "call=plugin_run", "close", "open=nowhere.so"]}.items():
            with self.subTest(sample=name):
                path = trace(self.folder, name, *command)
                self.check_views(page(self.folder, name, path))

    def test_numbers_are_the_trace_s(self):
        events = read_events(self.ls_trace)
        number = {name: sum(event["event"] == name for event in events) for name in ("bind", "slot", "object", "call")}
        number["bind"] += sum(len(event["places"]) for event in events if event["event"] == "again")
        self.browser.open(self.ls, "bindings")
        self.assertEqual(self.value("byId('found').value"), f"{number['bind'] + number['slot']} bindings")
        self.assertEqual(self.value("document.querySelector('.table').getAttribute('aria-rowcount')"), str(number["bind"] + number["slot"] + 1))
        self.assertEqual(self.value("currentModel().list.length"), number["object"])
        self.assertEqual(self.value("orderRows(currentModel()).length"), number["call"])
        self.browser.show("got")
        cells = "document.querySelectorAll('.cell.c-lazy').length"
        lazy = self.value(cells)
        self.assertGreater(lazy, 0)
        self.value("document.querySelector('input[type=range]').value = 0, document.querySelector('input[type=range]').dispatchEvent(new Event('input'))")
        self.assertEqual(self.value(cells), 0)
        self.value("document.querySelector('input[type=range]').focus()")
        self.browser.press("ArrowRight")
        self.assertEqual(self.value(cells), 1)

    def test_filter_with_the_keyboard(self):
        self.browser.open(self.ls)
        self.browser.press(str(VIEWS.index("bindings") + 1))
        self.browser.press("/")
        self.assertEqual(self.value("document.activeElement.id"), "filter")
        for letter in "strrchr from:ls":
            self.browser.press(letter)
        self.assertEqual(self.value("byId('found').value.split(' ')[0]"), "1")
        self.browser.press("ArrowDown")
        self.assertEqual(self.value("document.activeElement.getAttribute('role')"), "grid")
        self.assertEqual(self.value("document.querySelector('.detail h2').textContent"), "strrchr")
        self.assertIn("libc.so.6", self.value("document.querySelector('.detail').textContent"))
        self.browser.press("s")
        self.assertEqual(self.value("document.querySelector('[aria-sort=ascending]').textContent"), "Symbol")

    def test_filter_of_100000_bindings(self):
        path = page(self.folder, "many", many_bindings(self.ls_trace, os.path.join(self.folder, "many.json")))
        self.browser.open(path, "bindings")
        self.value("byId('filter').focus()")
        times = []
        for letter in "symbol_9999 from:libc":
            self.browser.press(letter)
            times.append(self.value("(() => { const begin = performance.now(); byId('filter').dispatchEvent(new Event('input')); return performance.now() - begin; })()"))
        self.assertGreater(self.value("Number(byId('found').value.split(' ')[0])"), 0)
        print(f"\n{MANY} bindings: a keystroke takes {sorted(times)[len(times) // 2]:.1f} ms, at most {max(times):.1f} ms")
        self.assertLess(sorted(times)[len(times) // 2], 50)
        self.assertLess(self.value("document.querySelectorAll('.table .body .row').length"), 100)

    def test_graph_focus(self):
        self.browser.open(self.ls, "dependencies")
        self.value("document.querySelector('.node').focus()")
        self.browser.press("ArrowRight")
        self.browser.press("Enter")
        self.assertEqual(self.value("document.querySelectorAll('.node.chosen').length"), 1)
        self.assertIn("Needed by", self.value("document.querySelector('.detail').textContent"))
        self.browser.press("Escape")
        self.assertEqual(self.value("document.querySelectorAll('.node.chosen').length"), 0)

    def test_timeline_zoom(self):
        self.browser.open(self.ls, "timeline")
        self.value("document.querySelector('.timeline').focus()")
        ticks = "[...document.querySelectorAll('.tick')].map(tick => tick.textContent).join()"
        before = self.value(ticks)
        self.browser.press("+")
        self.browser.press("ArrowRight")
        self.assertNotEqual(self.value(ticks), before)
        self.browser.press("0")
        self.assertIn("0,", self.value(ticks))
        self.assertEqual(self.value("location.hash"), "#timeline")

    def test_themes(self):
        ground = "getComputedStyle(document.body).backgroundColor"
        self.browser.open(self.ls)
        light = self.value(ground)
        self.assertGreater(self.contrast(), 4.5)
        self.browser.prefer("dark")
        dark = self.value(ground)
        self.assertNotEqual(light, dark)
        self.assertGreater(self.contrast(), 4.5)
        self.browser.press("t")
        self.assertEqual(self.value(ground), light)
        self.browser.press("t")
        self.assertEqual(self.value(ground), dark)
        self.assertGreater(self.contrast(), 4.5)
        self.value("localStorage.clear()")

    def contrast(self):
        """The least contrast (WCAG) of the colours of words on those of grounds."""
        return self.value("""(() => {
            const probe = document.body.appendChild(document.createElement('i'));
            const light = name => {
                probe.style.color = `var(--${name})`;
                const [r, g, b] = getComputedStyle(probe).color.match(/[\\d.]+/g).map(part => part / 255).map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
            };
            const stages = ['load', 'versions', 'tls', 'before', 'relocate', 'after', 'protect', 'announce', 'init'].map(stage => ['on-stage', 's-' + stage]);
            const ratios = [...stages, ...['ink', 'soft', 'accent', 'good', 'bad'].flatMap(word => ['ground', 'panel', 'raised'].map(ground => [word, ground]))].map(([word, ground]) => {
                const [a, b] = [light(word), light(ground)];
                return Math.max(a, b) / Math.min(a, b);
            });
            probe.remove();
            return Math.min(...ratios);
        })()""")

    def test_changes(self):
        after = trace(self.folder, "after", "--preload", "./libinterpose.so", "./greet", LD_BIND_NOW="1")
        before = trace(self.folder, "before", "./greet")
        path = page(self.folder, "changes", before, after)
        self.check_views(path, ["overview", "changes"])
        self.browser.open(path, "changes")
        said = self.value("document.querySelector('main').textContent")
        for words in ("Object new", "libinterpose.so", "Binding: bound to"):
            self.assertIn(words, said)
        same = page(self.folder, "same", before, before)
        self.browser.open(same, "changes")
        self.assertIn("are the same", self.value("document.querySelector('main').textContent"))

    def test_processes(self):
        path = os.path.join(self.folder, "family.json")
        events = read_events(self.ls_trace)
        slot = next(event for event in events if event["event"] == "slot")
        with open(path, "w") as file:
            for event in [*events, {**slot, "pid": 99999999, "time": events[-1]["time"] + 5}, *[{**event, "pid": 99999998} for event in events]]:
                file.write(json.dumps(event) + "\n")
        self.browser.open(page(self.folder, "family", path))
        self.assertEqual(self.value("byId('run').options.length"), 3)
        self.value("byId('run').selectedIndex = 1, byId('run').dispatchEvent(new Event('change'))")
        slots = sum(event["event"] == "slot" for event in events)
        self.assertEqual(self.value("currentModel().of('slot').rows"), slots + 1)
        self.assertIn("fork", self.value("byId('chips').textContent"))

    def test_cut_trace(self):
        path = os.path.join(self.folder, "cut.json")
        with open(self.ls_trace, "rb") as file:
            whole = file.read()
        for part in (0.05, 0.3, 0.6):
            with open(path, "wb") as file:
                file.write(whole[:int(len(whole) * part)])
            cut = page(self.folder, "cut", path)
            self.check_views(cut)
            self.assertIn("cut off here", self.value("document.querySelector('[role=alert]').textContent"))

    # what a reader has done when the picture is taken
    USED = {"dependencies": "(name => { const node = [...document.querySelectorAll('.node')].find(node => node.textContent.startsWith(name)); "
                            "node.dispatchEvent(new Event('click')); })(currentModel().title === 'ls' ? 'libselinux' : 'libgtk-3')",
            "bindings": "byId('filter').value = currentModel().title === 'ls' ? 'str' : 'gtk_widget to:libgtk-3', "
                        "byId('filter').dispatchEvent(new Event('input')), document.querySelectorAll('.table .body .row')[3].click()"}

    @unittest.skipUnless(SCREENSHOTS, "no folder for screenshots was given")
    def test_screenshots(self):
        os.makedirs(SCREENSHOTS, exist_ok=True)
        programs = {"ls": page(self.folder, "ls-quiet", quietest(self.folder, 25, "/bin/ls", "/"))}
        inkscape = shutil.which("inkscape")
        if inkscape:
            programs["inkscape"] = page(self.folder, "inkscape", quietest(self.folder, 40, inkscape, "--version"))
        for name, path in programs.items():
            self.browser.open(path)
            for view in VIEWS:
                self.browser.show(view)
                self.value(self.USED.get(view, "0"))
                for theme in ("light", "dark"):
                    self.browser.prefer(theme)
                    self.browser.screenshot(os.path.join(SCREENSHOTS, f"{name}-{view}-{theme}.png"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
