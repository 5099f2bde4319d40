"""bench/bits and bench/compare --base build another commit beside and compare with it: tried on a small repository with programs
that answer as those of gradus do."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

from comparison import against  # noqa: E402

CMAKE = """cmake_minimum_required(VERSION 3.22)
project(fake LANGUAGES NONE)
foreach(name bits gradus_steps)
  add_custom_command(OUTPUT bench/${name} DEPENDS bench/${name}.cpp
                     COMMAND install -D -m 755 ${CMAKE_SOURCE_DIR}/bench/${name}.cpp bench/${name})
  add_custom_target(bench_${name} DEPENDS bench/${name})
endforeach()
"""
PRESETS = """{"version": 3, "configurePresets": [
  {"name": "release", "generator": "Ninja", "binaryDir": "${sourceDir}/build/release"}]}"""
# The hash of a step is what `bits` makes of it.
BITS = """#!{python}
import sys
isas, bits = {isas}, lambda workload, precision, threads, step: {bits}
verb, *rest = sys.argv[1:]
if verb == "list": print("car\\nlenet")
elif verb == "isas": print(*isas, sep="\\n")
else:
    isa, precision, threads, steps, every, workload = rest
    open(__file__ + ".log", "a").write(" ".join(rest) + "\\n")
    for step in range(1, int(steps) + 1):
        if step % int(every) == 0 or step == int(steps): print(step, bits(workload, precision, int(threads), step), flush=True)
"""
STEPS = """#!{python}
import sys
if sys.argv[1] == "list": sys.exit(print("car\\nlenet"))
print("ready fake", flush=True)
for line in sys.stdin: print({losses} if line.startswith("losses") else "{time} {time}", flush=True)
"""


class Repository:
    """With the scripts of bench/ and whatever is committed."""

    def __init__(self, folder):
        self.root = Path(folder)
        for name in ("bits", "compare", "comparison"):
            source, target = ROOT / "bench" / name, self.root / "bench" / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                target.parent.mkdir(exist_ok=True)
                shutil.copy(source, target)
        self.git("init", "-q")
        self.commit({"CMakeLists.txt": CMAKE, "CMakePresets.json": PRESETS, ".gitignore": "build/\n"})

    def git(self, *arguments):
        who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        return subprocess.run(["git", *who, *arguments], cwd=self.root, check=True, capture_output=True, text=True).stdout.strip()

    def write(self, files):
        for name, text in files.items():
            (self.root / name).write_text(text, encoding="utf-8")

    def commit(self, files):
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "--short=12", "HEAD")

    def run(self, *command):
        done = subprocess.run([sys.executable, self.root / "bench" / command[0], *command[1:]], cwd=self.root, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout


def bits(expression, isas=("native",)):
    return {"bench/bits.cpp": BITS.format(python=sys.executable, isas=list(isas), bits=expression)}


def steps(time, losses="'1 2'"):
    return {"bench/gradus_steps.cpp": STEPS.format(python=sys.executable, time=time, losses=losses)}


class WithRepository(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.repository = Repository(folder.name)

    def expect(self, status, *command):
        found, output = self.repository.run(*command)
        self.assertEqual(found, status, output)
        return [" ".join(line.split()) for line in output.splitlines()]


class Bits(WithRepository):
    def test_equal(self):
        base = self.repository.commit(bits("step * threads"))
        lines = self.expect(0, "bits", "HEAD")
        self.assertIn(f"bits after 200 steps, this against {base}, on 1, 2, 3, 5, 16 threads", lines)
        self.assertEqual(lines[-4:], [f"{name} native {precision} equal" for name in ("car", "lenet") for precision in ("f32", "bf16")])

    def test_names_workload_threads_and_first_step_that_differs(self):
        self.repository.commit(bits("step"))
        changed = "step + (workload == 'lenet' and precision == 'bf16' and threads in (2, 5) and step >= 35 + threads)"
        self.repository.write(bits(changed))
        lines = self.expect(1, "bits", "HEAD")
        self.assertEqual(lines[-4:], ["car native f32 equal", "car native bf16 equal", "lenet native f32 equal",
                                      "lenet native bf16 DIFFER: 2 threads: step 37; 5 threads: step 40"])

    def test_a_difference_after_the_last_step_that_is_compared(self):
        self.repository.commit(bits("step"))
        self.repository.write(bits("step + (step > 60)"))
        self.expect(0, "bits", "HEAD", "car", "--steps", "60", "--threads", "1")
        self.assertIn("car native f32 DIFFER: 1 thread: step 61", self.expect(1, "bits", "HEAD", "car", "--steps", "61", "--threads", "1"))

    def test_a_base_older_than_the_program_is_asked_by_its_first_version(self):
        old = self.repository.git("rev-parse", "HEAD")
        self.repository.commit(bits("step"))
        self.repository.commit(bits("step * 2"))
        self.assertIn("car native f32 DIFFER: 1 thread: step 1", self.expect(1, "bits", old, "--threads", "1"))
        self.repository.write(bits("step"))
        self.expect(0, "bits", old, "--threads", "1")

    def test_instruction_sets_that_both_can_select(self):
        self.repository.commit(bits("step", ["native", "avx2", "sse2"]))
        self.repository.write(bits("step + (sys.argv[2] == 'avx2')", ["avx512", "avx2", "native"]))
        lines = self.expect(1, "bits", "HEAD", "car", "--threads", "3", "--precisions", "f32")
        self.assertEqual(lines[-2:], ["car avx2 f32 DIFFER: 3 threads: step 1", "car native f32 equal"])

    def test_a_program_that_fails_is_no_equal_one(self):
        self.repository.commit(bits("step if step < 30 else sys.exit('out of luck')"))
        lines = self.expect(1, "bits", "HEAD", "car", "--threads", "2", "--precisions", "f32")
        self.assertEqual(lines[-1], "car native f32 DIFFER: 2 threads: this: out of luck; base: out of luck")

    def test_the_base_is_built_and_computed_once(self):
        base = self.repository.commit(bits("step"))
        self.expect(0, "bits", base, "car", "--threads", "1,2")
        log = self.repository.root / f"build/base/{base}/build/release/bench/bits.log"
        before = log.read_text(encoding="utf-8")
        self.assertEqual(len(before.splitlines()), 4)
        self.repository.commit({"README.md": "x"})
        self.expect(0, "bits", base, "car", "--threads", "1,2")
        self.assertEqual(log.read_text(encoding="utf-8"), before)
        self.expect(0, "bits", base, "car", "--threads", "3")
        self.assertEqual(len(log.read_text(encoding="utf-8").splitlines()), 6)

    def test_a_folder_of_the_base_that_was_removed_is_made_again(self):
        base = self.repository.commit(bits("step"))
        self.expect(0, "bits", base, "car", "--threads", "1")
        shutil.rmtree(self.repository.root / "build")
        self.expect(0, "bits", base, "car", "--threads", "1")

    def test_what_is_not_there(self):
        self.repository.commit(bits("step"))
        self.assertEqual(self.expect(1, "bits", "no-such")[-1],
                         'base: found "no-such"; expected a commit, branch or tag of this repository; try: HEAD~1')
        self.assertEqual(self.expect(1, "bits", "HEAD", "lent")[-1],
                         'workload: found "lent"; expected one that both have: car, lenet; try: lenet')
        self.assertIn("found 0; expected a whole number from 1", self.expect(2, "bits", "HEAD", "--threads", "1,0")[-1])

    def test_a_base_that_does_not_build_says_why(self):
        self.repository.commit({**bits("step"), "CMakeLists.txt": CMAKE + 'message(FATAL_ERROR "no such compiler")\n'})
        self.repository.write({"CMakeLists.txt": CMAKE})
        output = self.expect(1, "bits", "HEAD")
        self.assertIn("no such compiler", output)
        self.assertRegex(output[-1], "^failed: cmake --preset release")


class Times(WithRepository):
    SHORT = ["--rounds", "3", "--runs", "3", "--slice", "0.001"]

    def test_both_are_timed_by_their_own_program(self):
        self.repository.commit(steps(200))
        self.repository.write(steps(100))
        lines = self.expect(0, "compare", "--base", "HEAD", "car", *self.SHORT)
        same = "100.00 200.00 0.500 (0.500-0.500) 0.500, 0.500, 0.500"
        self.assertEqual(lines[-3:], [f"car 1 {same}", f"car 2 {same}", f"car better {same}"])

    def test_slower(self):
        self.repository.commit(steps(100))
        self.repository.write(steps(103))
        lines = self.expect(1, "compare", "--base", "HEAD", *self.SHORT)
        self.assertEqual(lines[-1], "lenet better 103.00 100.00 1.03 (1.03-1.03) 1.03, 1.03, 1.03 SLOWER")
        self.repository.write(steps(101))
        self.expect(0, "compare", "--base", "HEAD", *self.SHORT)

    def test_other_losses(self):
        self.repository.commit(steps(100, "'1 2.1'"))
        self.repository.write(steps(100))
        self.assertIn("car: base, 1 threads: its losses differ by 5.0e-02", self.expect(1, "compare", "--base", "HEAD", "car", *self.SHORT))

    def test_slower_by_the_run_in_the_middle(self):
        def ratio(median, low):
            return {"median": median, "low": low, "high": median}

        self.assertEqual(against.verdict([ratio(1.5, 1.4), ratio(0.9, 0.8), ratio(1.01, 1.005)]), (ratio(1.01, 1.005), False))
        self.assertEqual(against.verdict([ratio(1.5, 1.4), ratio(1.03, 0.99), ratio(0.9, 0.8)]), (ratio(1.03, 0.99), False))
        self.assertEqual(against.verdict([ratio(1.5, 1.4), ratio(1.03, 1.01), ratio(0.9, 0.8)]), (ratio(1.03, 1.01), True))


if __name__ == "__main__":
    unittest.main()
