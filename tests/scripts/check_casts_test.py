"""scripts/check_casts.py finds casts that may cut a count off, and those alone."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/check_casts.py"


def check(line, name="gradus/engine/cpu/kernels/a.cpp"):
    """Runs the script on a tree of one file; returns exit status and what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "src", name)
        path.parent.mkdir(parents=True)
        path.write_text("\n" + line + "\n", encoding="utf-8")
        done = subprocess.run([sys.executable, SCRIPT, folder], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout


class CheckCasts(unittest.TestCase):
    def test_finds_narrowing_casts(self):
        for line in (
            "return static_cast<int>(all.size());",
            "x = static_cast<std::uint16_t>(first + at);",
            "x = static_cast<std::int32_t>(at);",
            "x = static_cast<unsigned>(at);",
            "x = (int)count;",
        ):
            status, out = check(line)
            self.assertEqual(status, 1, line)
            self.assertTrue(out.startswith("src/gradus/engine/cpu/kernels/a.cpp:2: "), out)

    def test_accepts_the_rest(self):
        for line in (
            "x = checked_cast<int>(all.size());",
            "x = static_cast<std::size_t>(at);",
            "x = static_cast<std::int64_t>(at);",
            "x = *static_cast<const std::uint8_t*>(from);",
            "void f(int at);  // not static_cast<int>(at)",
            "std::function<void(int)> f;",
        ):
            self.assertEqual(check(line)[0], 0, line)

    def test_looks_at_the_engine(self):
        self.assertEqual(check("x = static_cast<int>(y);", "gradus/core/ops/a.cpp")[0], 0)


if __name__ == "__main__":
    unittest.main()
