"""bench/compare: its arithmetic, and that a contender works only when it is asked."""
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

from comparison import rounds  # noqa: E402
from comparison.contender import Contender, Refused, start_all  # noqa: E402

FAKE = """
import sys
print("ready fake 1.0", flush=True)
for line in sys.stdin:
    verb, *numbers = line.split()
    print(*(numbers if verb == "run" else range(int(numbers[0]))), flush=True)
"""


def state(process):
    """"T": stopped."""
    return Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]


def soon(condition):
    """Whether it becomes true: a signal takes a moment."""
    for _ in range(200):
        if condition():
            return True
        time.sleep(0.01)
    return False


class Rounds(unittest.TestCase):
    TIMES = {("gradus", 1): [(1, 2), (1, 4)], ("gradus", 2): [(1, 1), (1, 2)], ("JAX", 1): [(1, 4), (1, 4)],
             ("JAX", 2): [(1, 5), (1, 9)]}

    def test_ratio_is_taken_within_a_round(self):
        found = rounds.ratio([(0, 1), (0, 10), (0, 3)], [(0, 2), (0, 10), (0, 2)])
        self.assertEqual(found, {"low": 0.75, "median": 1, "high": 1.25})

    def test_better_number_of_threads(self):
        self.assertEqual(rounds.better_threads(self.TIMES, "gradus"), 2)
        self.assertEqual(rounds.better_threads(self.TIMES, "JAX"), 1)
        self.assertIsNone(rounds.better_threads(self.TIMES, "dlib"))
        self.assertEqual(rounds.ratios_at_better_threads(self.TIMES, "JAX")["median"], 0.375)

    def test_loss_difference(self):
        self.assertEqual(rounds.loss_difference([1, 2], [1, 4]), 0.5)
        self.assertIsNone(rounds.loss_difference([], [1, 4]))

    def test_numbers_have_three_digits_at_most(self):
        self.assertEqual([rounds.number(x) for x in (0.00361, 0.2261, 4.527, 18.14, 181.4, 2080.1)],
                         ["0.0036", "0.226", "4.53", "18.1", "181", "2,080"])


class Contenders(unittest.TestCase):
    def start(self, folder, *code):
        return [lambda c=c, i=i: Contender(f"fake {i}", 1, [sys.executable, "-c", c], Path(folder)) for i, c in enumerate(code)]

    def test_works_only_when_asked(self):
        with tempfile.TemporaryDirectory() as folder:
            (contender,), refused = start_all(self.start(folder, FAKE), 30)
            self.assertEqual(contender.title, "fake 1.0")
            self.assertTrue(soon(lambda: state(contender.process) == "T"))
            self.assertEqual(contender.losses(3), [0, 1, 2])
            self.assertTrue(soon(lambda: state(contender.process) == "T"))
            self.assertEqual(contender.run(7, 9), [7, 9])
            contender.close()
            self.assertEqual(refused, {})

    def test_tells_why_one_does_not_start(self):
        with tempfile.TemporaryDirectory() as folder:
            ready, refused = start_all(self.start(folder, "import sys; sys.exit('no such layer here')"), 30)
            self.assertEqual((ready, refused), ([], {("fake 0", 1): "no such layer here"}))

    def test_tells_who_dies(self):
        with tempfile.TemporaryDirectory() as folder:
            (contender,), _ = start_all(self.start(folder, "print('ready x', flush=True); input(); exit('out of luck')"), 30)
            with self.assertRaisesRegex(Refused, "fake 0, 1 threads: out of luck"):
                contender.losses()
            contender.close()


if __name__ == "__main__":
    unittest.main()
