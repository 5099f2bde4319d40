"""The page of `gradus explain --html` in a real browser: it renders, steps, searches, folds, and shows the numbers of --json.

usage: page_test.py GRADUS [FOLDER]     FOLDER: the four files of Fashion-MNIST; exits with 77 where there is no Chromium
"""
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import Browser, find_chromium

GRADUS, FASHION = "", "/usr/share/datasets/fashion-mnist"
FORMULA = ["(2*x + y^2) * z^3", "--at", "x=4,y=3,z=2"]
SHARED = ["z = w1*x1 + w2*x2; h = sigmoid(z); L = (h - y)^2 + 0.1*w1*w1", "--at", "w1=0.3,w2=-0.2,x1=1.5,x2=2,y=1"]
LAYER = ["Z = X @ W + b; A = tanh(Z); L = sum((A @ V - y)^2) / 2", "--at",
         "X=[1.4 -1 -1; 1.4 -1 0.4],W=[0.1 0.3 -0.2; -0.2 0.1 0.4; 0.3 0.5 0.1],b=[0.1 -0.1 0.05],V=[0.5; -0.4; 0.2],y=[0.45; 0.52]"]


def gradus(*arguments):
    return subprocess.run([GRADUS, "explain", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True).stdout


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.folder = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.folder.cleanup()

    def open(self, *arguments):
        """Opens the page for `arguments`; the document of --json."""
        path = os.path.join(self.folder.name, "page.html")
        gradus(*arguments, "--html", path)
        self.browser.prefer("light")
        self.browser.size(1280, 800)
        self.browser.open(path)
        return json.loads(gradus(*arguments, "--json"))

    def state(self):
        return self.browser.run("gradus.state()")

    def check_numbers(self, document, relative=0.0):
        for node in document["nodes"]:
            if node["kind"] == "constant":
                continue
            shown = self.browser.run(f"gradus.node({json.dumps(node['name'])})")
            for kind in ("value", "gradient"):
                if kind not in node:
                    self.assertIsNone(shown[kind])
                    continue
                self.assertEqual(len(shown[kind]), len(node[kind]["data"]), node["name"])
                for got, want in zip(shown[kind], node[kind]["data"]):
                    self.assertLessEqual(abs(got - want), relative * abs(want), f"{kind} of {node['name']}")

    def test_shows_the_numbers_of_json(self):
        for arguments in (FORMULA, SHARED, LAYER):
            self.check_numbers(self.open(*arguments))
            self.assertEqual(self.browser.troubles(), [])

    def test_draws_values_above_and_gradients_below(self):
        self.open(*FORMULA)
        for kind, numbers in (("value", ["136", "17"]), ("gradient", ["16", "48", "204"])):
            shown = self.browser.run(f"[...document.querySelectorAll('#graph text.number.{kind}')].map((t) => t.textContent)")
            self.assertLessEqual(set(numbers), set(shown))
        above = self.browser.run("""[...document.querySelectorAll('#graph .numbers')].every((g) => {
            const v = g.querySelector('.value'), d = g.querySelector('.gradient');
            return !v || !d || v.getBoundingClientRect().bottom <= d.getBoundingClientRect().top + 4; })""")
        self.assertTrue(above)

    def test_parallel_edges_are_separate(self):
        self.open("x*x", "--at", "x=3")
        lines = self.browser.run("[...document.querySelectorAll('#graph .edge .line')].map((p) => p.getAttribute('d'))")
        self.assertEqual(len(set(lines)), 3)  # x twice, and the output's own

    def test_steps_forward_and_back_with_keys(self):
        document = self.open(*FORMULA)
        steps = self.state()["steps"]
        self.assertEqual(self.state()["position"], steps)
        self.browser.press("Home")
        self.assertEqual(self.state()["position"], 0)
        self.assertEqual(self.browser.run("document.querySelectorAll('#graph .number:not(.unknown)').length"), 0)
        for i in range(1, steps + 1):
            self.browser.press("ArrowRight")
            state = self.state()
            self.assertEqual(state["position"], i)
            self.assertTrue(state["caption"])
            # what is highlighted is what the step is about
            self.assertGreaterEqual(self.browser.run("document.querySelectorAll('#graph .node.now').length"), 1)
        self.assertEqual(self.browser.run("document.querySelectorAll('#graph .number.unknown').length"), 0)
        self.browser.press("ArrowLeft")
        self.assertEqual(self.state()["position"], steps - 1)
        self.browser.press("End")
        self.assertEqual(self.state()["position"], steps)
        edges = sum(1 for edge in document["edges"] if "contribution" in edge)
        values = sum(1 for node in document["nodes"] if node["kind"] != "constant")
        self.assertEqual(steps, values + 1 + edges)  # no node is used twice here, so there is no sum

    def test_a_step_shows_local_times_incoming(self):
        self.open(*FORMULA)
        captions = self.browser.run("Array.from({length: gradus.steps}, (_, i) => (gradus.go(i + 1), gradus.state().caption))")
        self.assertIn("f = v3 \u00b7 v4 = 17 \u00b7 8 = 136", captions)
        self.assertTrue(any("contribution = local \u00d7 incoming = 12 \u00d7 17 = 204" in c for c in captions), captions)

    def test_a_copy_adds(self):
        self.open(*SHARED)
        captions = self.browser.run("Array.from({length: gradus.steps}, (_, i) => (gradus.go(i + 1), gradus.state().caption))")
        self.assertTrue(any(c.startswith("w1 was used 3 times, a copy adds") for c in captions), captions)

    def test_space_plays_and_pauses(self):
        self.open(*FORMULA)
        self.browser.run("document.getElementById('speed').value = '4'")
        self.browser.press(" ", "Space")
        deadline = time.monotonic() + 30
        while self.state()["position"] in (0, self.state()["steps"]) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertTrue(self.state()["playing"])
        self.browser.press(" ", "Space")
        self.assertFalse(self.state()["playing"])

    def test_a_click_shows_a_nodes_arithmetic(self):
        self.open(*FORMULA)
        at = self.browser.run("(() => { const b = document.querySelector('#graph [data-key=\"' + gradus.node('z').id + '\"]').getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()")
        self.browser.click(*at)
        panel = self.state()["panel"]
        self.assertIn("12 \u00d7 17 = 204", panel)

    def test_an_element_is_spelt_out(self):
        self.open(*LAYER)
        self.browser.run("gradus.choose(gradus.node('W').id)")
        self.browser.run("document.querySelectorAll('#panel .cells')[1].querySelector('tbody td').click()")
        spelled = self.browser.run("[...document.querySelectorAll('#panel .spelled')].map((e) => e.textContent).join('')")
        self.assertRegex(spelled, r"W\[1,1\] = 1\.4\u00b7\(?.*\+ 1\.4\u00b7")

    def test_finds_nodes(self):
        self.open(*LAYER)
        found = self.browser.run("gradus.search('tanh')")
        self.assertEqual(found, [self.browser.run("gradus.node('A').id")])
        self.browser.run("document.getElementById('search').focus()")
        self.browser.run("document.getElementById('search').value = 'tanh'")
        self.browser.press("Enter")
        self.assertEqual(self.state()["chosen"], found[0])

    def test_allows_nothing_from_outside(self):
        self.open(*FORMULA)
        self.assertIsNone(self.browser.run("fetch('https://example.org/').then(() => 'fetched', () => null)"))
        self.browser.run("(() => { const s = document.createElement('script'); s.textContent = 'window.foreign = 1'; document.body.append(s); })()")
        self.assertIsNone(self.browser.run("window.foreign"))

    def test_the_table_has_every_node(self):
        document = self.open(*SHARED)
        self.browser.run("document.getElementById('show-table').click()")
        rows = self.browser.run("[...document.querySelectorAll('#table tbody th')].map((h) => h.textContent)")
        self.assertEqual(rows, [n["name"] for n in document["nodes"] if n["kind"] != "constant"])

    def test_is_told_to_screen_readers(self):
        self.open(*FORMULA)
        self.assertEqual(self.browser.run("document.getElementById('caption').getAttribute('aria-live')"), "polite")
        labels = self.browser.run("[...document.querySelectorAll('#graph .node')].map((n) => n.getAttribute('aria-label'))")
        self.assertIn("x, value 4, gradient 16", labels)
        unnamed = self.browser.run("[...document.querySelectorAll('button, input, select')].filter((b) => !b.getAttribute('aria-label') && !b.textContent.trim() && !b.closest('label')).length")
        self.assertEqual(unnamed, 0)

    def test_fits_a_phone_and_the_dark(self):
        self.open(*FORMULA)
        self.browser.size(390, 844, phone=True)
        self.browser.prefer("dark")
        self.browser.open(os.path.join(self.folder.name, "page.html"))
        self.assertLessEqual(self.browser.run("document.documentElement.scrollWidth"), 390)
        self.assertEqual(self.browser.run("getComputedStyle(document.documentElement).colorScheme"), "dark")
        small = self.browser.run("[...document.querySelectorAll('.keys button')].filter((b) => b.getBoundingClientRect().height < 44).length")
        self.assertEqual(small, 0)


class NetworkPageTest(unittest.TestCase):
    """A network of 784-128-10 and one image: the sizes and times that the page promises, with room for slow machines."""

    def test_is_small_and_quick(self):
        if not os.path.isdir(FASHION):
            self.skipTest(f"{FASHION} is missing")
        with tempfile.TemporaryDirectory() as folder, Browser() as browser:
            path, model = os.path.join(folder, "page.html"), os.path.join(folder, "fashion.gradus")
            subprocess.run([GRADUS, "train", FASHION, "--net", "128 relu", "--steps", "60", "--epochs", "1", "-o", model],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
            gradus(model, FASHION, "--row", "1", "--html", path)
            size = os.path.getsize(path)
            began = time.monotonic()
            browser.open(path)
            opened = time.monotonic() - began
            state = browser.run("gradus.state()")
            self.assertEqual(state["folded"], state["groups"])  # opens with its layers folded
            self.assertLess(state["boxes"], 8)
            document = json.loads(gradus(model, FASHION, "--row", "1", "--json"))
            for node in document["nodes"]:  # large tensors keep 16 bits, of an f32
                if node["kind"] != "constant":
                    shown = browser.run(f"gradus.node({json.dumps(node['name'])})")
                    relative = 2 ** -16 + 2 ** -24 if len(node["value"]["data"]) > 256 else 0
                    pairs = zip(shown["value"] + (shown["gradient"] or []), node["value"]["data"] + node.get("gradient", {"data": []})["data"])
                    self.assertTrue(all(abs(got - want) <= relative * abs(want) + 1e-38 for got, want in pairs), node["name"])
            inside = browser.run("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
            clicks = browser.run("""(async () => { const times = [];
                gradus.state().groups.forEach((g) => gradus.fold(g, false));
                for (let id = 0; id < gradus.data.nodes.length; id++) {
                  const began = performance.now(); gradus.choose(id);
                  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
                  times.push(performance.now() - began); }
                return times; })()""")
            clicks.sort()
            print(f"page {size} bytes, opened in {opened:.3f} s (script done after {inside:.0f} ms), "
                  f"click: median {clicks[len(clicks) // 2]:.0f} ms, worst {clicks[-1]:.0f} ms")
            self.assertLess(size, 1_500_000)
            self.assertEqual(browser.troubles(), [])
            self.assertLess(opened, 5)
            self.assertLess(clicks[len(clicks) // 2], 500)


if __name__ == "__main__":
    if not find_chromium():
        print("skipped: there is no chromium")
        sys.exit(77)
    GRADUS = sys.argv[1]
    FASHION = sys.argv[2] if len(sys.argv) > 2 else FASHION
    unittest.main(argv=sys.argv[:1])
