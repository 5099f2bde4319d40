"""scripts/check_remedies.py accepts refusals with one thing to try, and names file and line of each without."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/check_remedies.py"
MISSING = "a refusal without a remedy: expected one thing to try that works"


def check(files):
    """Runs the script on a tree made of `files`; returns exit status and stdout."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, "src/gradus", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, SCRIPT, folder], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.strip()


class CheckRemedies(unittest.TestCase):
    def expect_violation(self, text, line, what=MISSING):
        self.assertEqual(check({"a.cpp": text}), (1, f"src/gradus/a.cpp:{line}: {what}"))

    def test_accepts_a_remedy(self):
        text = 'throw E(Fault::data, Report{f("a", 1), "(, " + x, c ? "" : "one",\n  "--rate 0.1"});\nReport none{};\n'
        self.assertEqual(check({"a.cpp": text}), (0, "remedies: 1 files checked"))

    def test_accepts_a_choice_inside_a_call(self):
        self.assertEqual(check({"a.cpp": 'Report{a, b, c, "x" + (flag ? "" : " after it")};\n'})[0], 0)

    def test_refuses_an_empty_or_missing_one(self):
        self.expect_violation('\nReport{"place", "found", "expected", ""};\n', 2)
        self.expect_violation('Report{"place", "found", "expected", {}};\n', 1)
        self.expect_violation('\n\nReport{"a, b",\n "found", "a \\" and a }"};\n', 3)

    def test_refuses_a_choice_that_may_be_empty(self):
        self.expect_violation('Report{"p", "f", "e", close.empty() ? "" : close};\n', 1)
        self.expect_violation('Report{"p", "f", "e", more ? f(1) : ""};\n', 1)

    def test_refuses_the_nearest_name_alone(self):
        self.expect_violation('\nReport{"p", "f", "e", nearest(name, names)};\n', 2)
        self.expect_violation('Report{"p", "f", "e", printable(nearest(name, names))};\n', 1)
        self.expect_violation('Report{"p", "f", "e", known.empty() ? "it left out" : nearest(name, known)};\n', 1)
        self.assertEqual(check({"a.cpp": 'Report{"p", "f", "e", nearest_or(name, names, "relu")};\n'})[0], 0)

    def test_refuses_an_empty_last_argument(self):
        self.expect_violation('\nrefuse(place,\n "found", "expected", "");\n', 2)

    def test_refuses_a_remedy_that_may_be_left_out(self):
        text = 'void refuse(const std::string& found, const std::string& remedy = "");\n'
        self.expect_violation(text, 1, "a remedy that may be left out: expected one from every caller")
        filled = 'void refuse(const std::string& found, const std::string& remedy) { f(remedy.empty() ? found : remedy); }\n'
        self.assertEqual(check({"a.hpp": text, "a.cpp": filled})[0], 0)


if __name__ == "__main__":
    unittest.main()
