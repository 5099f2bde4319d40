"""scripts/stages.sh: what a stage tells while it runs, where there is no terminal, and when it fails."""
import subprocess
import tempfile
import unittest
from pathlib import Path

STAGES = Path(__file__).resolve().parents[2] / "scripts/stages.sh"
# Tells what ninja or ctest would: HOW MANY steps, each a second and a half.
WORK = """work() { for i in $(seq 1 "$1"); do sleep 1.5; echo "${2/N/$i}"; done; }
"""


def run(text, every=2):
    """Status, lines without the seconds at their beginning."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["bash", "-c", f"set -euo pipefail; source {STAGES}; {WORK}{text}"], cwd=folder, text=True, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={"PATH": "/usr/bin:/bin", "tell_every": str(every)})
        return done.returncode, [line.partition(" s  ")[2] or line for line in done.stdout.splitlines()]


def progress_of(log, seconds):
    with tempfile.NamedTemporaryFile("w", suffix=".log") as file:
        file.write(log)
        file.flush()
        return subprocess.run(["bash", "-c", f"source {STAGES}; progress_of {file.name} {seconds}"], capture_output=True, text=True).stdout


class Progress(unittest.TestCase):
    def test_share_and_forecast(self):
        self.assertEqual(progress_of("[17/120] Building CXX object a.o\n", 34), "14 %, about 207 s left")
        self.assertEqual(progress_of("x\n 60/120 Test #60: a ... Passed 0.1 sec\n", 60), "50 %, about 61 s left")

    def test_nothing_to_forecast_from(self):
        self.assertEqual(progress_of("[0/1] Re-running CMake...\n", 3), "0 %")
        self.assertEqual(progress_of("[7/7] Linking CXX executable gradus\n", 3), "100 %")
        self.assertEqual(progress_of("Reading package lists...\n", 3), "")


class Stages(unittest.TestCase):
    def test_tells_without_a_terminal(self):
        status, lines = run("stage 'Build' '' work 4 '[N/4] Building'")
        self.assertEqual((status, lines[0]), (0, "Build"))
        told = [line for line in lines[1:] if line != "  Build: at work"]  # before the first step, on a busy machine
        self.assertGreaterEqual(len(told), 1)
        for line in told:
            self.assertRegex(line, r"^  Build: (25|50|75) %, about [0-9]+ s left$|^  Build: 100 %$")

    def test_tells_that_it_lives_where_nothing_is_counted(self):
        status, lines = run("stage 'Install' '' sleep 3")
        self.assertEqual((status, lines[0], set(lines[1:])), (0, "Install", {"  Install: at work"}))

    def test_a_short_stage_is_one_line(self):
        self.assertEqual(run("stage 'Configure' '' true"), (0, ["Configure"]))

    def test_a_failure_shows_the_log_and_what_to_try(self):
        status, lines = run("fail() { echo one; echo two; return 3; }; stage 'Build x' 'make clean' fail; echo never", every=60)
        self.assertEqual(status, 3)
        self.assertEqual(lines, ["Build x", "", "one", "two", "", "FAILED (exit status 3): Build x. The whole output: build/log/build-x.log",
                                 "         Try: make clean"])


if __name__ == "__main__":
    unittest.main()
