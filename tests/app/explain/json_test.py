"""Every product and sum of --json follows from its own printed factors: formulas, a table's network, Fashion-MNIST.

usage: json_test.py GRADUS [FOLDER]     FOLDER: the four files of Fashion-MNIST; skipped where they are missing
"""
import copy
import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from recompute_network import Check

GRADUS, FASHION = "", "/usr/share/datasets/fashion-mnist"
CARS = os.path.join(HERE, "../../../examples/data/cars.csv")
FLOWERS = os.path.join(HERE, "../../../examples/data/flowers.csv")
FORMULAS = [
    ["(2*x + y^2) * z^3", "--at", "x=4,y=3,z=2"],
    ["z = w1*x1 + w2*x2; h = sigmoid(z); L = (h - y)^2 + 0.1*w1*w1", "--at", "w1=0.3,w2=-0.2,x1=1.5,x2=2,y=1"],
    ["Z = X @ W + b; A = tanh(Z); L = sum((A @ V - y)^2) / 2", "--at",
     "X=[1.4 -1 -1; 1.4 -1 0.4],W=[0.1 0.3 -0.2; -0.2 0.1 0.4; 0.3 0.5 0.1],b=[0.1 -0.1 0.05],V=[0.5; -0.4; 0.2],y=[0.45; 0.52]"],
    ["a = W' @ x; mean(log(a^2 + 1))", "--at", "W=[1 2; 3 4],x=[0.5; -1]"],
]


def gradus(*arguments):
    return subprocess.run([GRADUS, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True).stdout


class JsonTest(unittest.TestCase):
    def check(self, *arguments):
        document = json.loads(gradus("explain", *arguments, "--json"))
        check = Check(document).run()
        self.assertEqual(check.differences, [])
        self.assertEqual(check.unknown, [])
        self.assertGreater(check.numbers, 10)
        return document, check

    def test_formulas(self):
        for formula in FORMULAS:
            with self.subTest(formula[0]):
                self.check(*formula)

    def test_a_network_of_a_table(self):
        with tempfile.TemporaryDirectory() as folder:
            model = os.path.join(folder, "cars.gradus")
            gradus("train", CARS, "--target", "price", "--net", "3 tanh, 2 tanh", "--epochs", "20", "-o", model)
            for row in ("1", "5"):
                self.check(model, CARS, "--row", row)

    def test_a_network_for_classes(self):
        with tempfile.TemporaryDirectory() as folder:
            model = os.path.join(folder, "flowers.gradus")
            gradus("train", FLOWERS, "--target", "kind", "--net", "5 prelu, dropout 0.5, 4 gelu", "--epochs", "3", "-o", model)
            document, _ = self.check(model, FLOWERS, "--row", "3")
            self.assertEqual([layer["title"] for layer in document["network"]["layers"]],
                             ["Layer 1: 4 -> 5 prelu", "Layer 2: 5 -> 4 gelu", "Layer 3: 4 -> 3"])
            self.assertAlmostEqual(sum(document["network"]["prediction"]), 1, delta=1e-12)

    def test_a_network_of_images(self):
        if not os.path.isdir(FASHION):
            self.skipTest(f"{FASHION} is missing")
        with tempfile.TemporaryDirectory() as folder:
            model = os.path.join(folder, "fashion.gradus")
            gradus("train", FASHION, "--net", "32 relu", "--steps", "60", "--epochs", "1", "-o", model)
            document, check = self.check(model, FASHION, "--row", "3", "--element", "2:4,7", "--step")
            print(f"Fashion-MNIST: {check.numbers} numbers recomputed")
            network = document["network"]
            layer, weight = network["layers"][1], document["nodes"][network["layers"][1]["weight"]]
            self.assertEqual(weight["value"]["shape"], [10, 32])
            place = 3 * 32 + 6
            self.assertEqual(network["step"]["weight"], weight["value"]["data"][place])
            self.assertEqual(network["step"]["gradient"], weight["gradient"]["data"][place])
            x, delta = document["nodes"][layer["input"]]["value"]["data"], document["nodes"][layer["preactivation"]]["gradient"]["data"]
            self.assertAlmostEqual(weight["gradient"]["data"][place], x[6] * delta[3], delta=1e-15)

    def test_a_wrong_number_is_found(self):
        document = json.loads(gradus("explain", *FORMULAS[1], "--json"))
        for kind, part in [("nodes", "value"), ("nodes", "gradient"), ("edges", "contribution"), ("edges", "local")]:
            wrong = copy.deepcopy(document)
            entry = next(e for e in wrong[kind] if part in e and e.get("kind", "operation") == "operation" and abs(e[part]["data"][0]) > 1e-3)
            entry[part]["data"][0] *= 1.000001
            self.assertNotEqual(Check(wrong).run().differences, [], f"{kind} {part}")


if __name__ == "__main__":
    GRADUS = sys.argv[1]
    FASHION = sys.argv[2] if len(sys.argv) > 2 else FASHION
    unittest.main(argv=sys.argv[:1])
