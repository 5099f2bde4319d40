"""bench/tables/compare: how models stand beside each other."""
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench" / "tables"))

import standing  # noqa: E402


def line(table, split, model, **metrics):
    return {"table": table, "split": split, "model": model, "rows": 100, "seconds": 1.0, **metrics}


class Standing(unittest.TestCase):
    def test_ranks_share_what_is_equal(self):
        self.assertEqual(standing.ranks({"a": 1.0, "b": 3.0, "c": 3.0, "d": 4.0}, up=False), {"a": 1, "b": 2.5, "c": 2.5, "d": 4})
        self.assertEqual(standing.ranks({"a": 1.0, "b": 3.0}, up=True), {"a": 2, "b": 1})

    def test_score_is_what_is_won_of_what_the_best_wins(self):
        self.assertEqual(standing.normalized({"trivial": 4.0, "a": 2.0, "b": 3.0, "c": 5.0}, up=False), {"trivial": 0, "a": 1, "b": 0.5, "c": 0})
        self.assertEqual(standing.normalized({"trivial": 0.0, "a": 0.8, "b": 0.4}, up=True), {"trivial": 0, "a": 1, "b": 0.5})

    def test_interval_of_student(self):
        # 1 to 10: mean 5.5, deviation sqrt(55 / 6), t of 9 degrees 2.262.
        mean, half = standing.interval(list(range(1, 11)))
        self.assertAlmostEqual(mean, 5.5)
        self.assertAlmostEqual(half, 2.262 * (55 / 6) ** 0.5 / 10**0.5)

    def test_worse_is_beyond_the_interval_alone(self):
        results = []
        for split in range(4):
            results += [line("sure", split, "linear", mse=1.0 + split), line("sure", split, "a", mse=1.1 + split)]
            results += [line("noise", split, "linear", mse=1.0), line("noise", split, "a", mse=1.0 + (2 if split == 0 else -0.5))]
        results += [line("once", 0, "linear", mse=1.0), line("once", 0, "a", mse=9.0)]
        found, tried = standing.worse(results, "mse", "a", "linear")
        self.assertEqual((tried, [table for table, _ in found]), (2, ["sure"]))
        self.assertAlmostEqual(found[0][1], 2.6 / 2.5)

    def test_splits_that_a_model_has_not_are_left_out(self):
        results = [line("t", 0, "a", r2=1.0), line("t", 0, "b", r2=0.5), line("t", 1, "a", r2=0.0)]
        self.assertEqual(standing.complete(results, "r2"), {"t": {0: {"a": 1.0, "b": 0.5}}})


if __name__ == "__main__":
    unittest.main()
