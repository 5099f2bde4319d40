"""scripts/check_layers.py accepts a tree in order, and names file, line and folder of each violation."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/check_layers.py"
LAYERS = "# lowest first\ngradus/core/base\ngradus/core/graph\ngradus/engine/plan\ngradus/app/cli\ngradus/gradus.hpp\n"


def check(files):
    """Runs the script on a tree made of `files`; returns exit status, stdout and stderr."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {"LAYERS": LAYERS, **files}.items():
            path = Path(folder, "src", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, SCRIPT, folder], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.strip(), done.stderr.strip()


class CheckLayers(unittest.TestCase):
    def expect_violation(self, files, line):
        self.assertEqual(check(files)[:2], (1, line))

    def test_accepts_lower_and_own_folders(self):
        text = '#include "gradus/core/base/error.hpp"\n#include "gradus/engine/plan/plan.hpp"\n#include <vector>\n#include <sys/stat.h>\n#include <fmt/core.h>\n'
        self.assertEqual(check({"gradus/engine/plan/plan.cpp": text}), (0, "layers: 1 files in order", ""))

    def test_refuses_a_higher_layer(self):
        text = "\n" * 6 + '#include "gradus/engine/plan/plan.hpp"\n'
        self.expect_violation({"gradus/core/graph/graph.cpp": text}, "src/gradus/core/graph/graph.cpp:7: core may not include engine/plan")

    def test_refuses_a_higher_folder_of_the_same_layer(self):
        text = '#include "gradus/core/graph/graph.hpp"\n'
        self.expect_violation({"gradus/core/base/error.cpp": text}, "src/gradus/core/base/error.cpp:1: core/base may not include core/graph")

    def test_refuses_the_users_header_inside(self):
        text = '#include "gradus/gradus.hpp"\n'
        self.expect_violation({"gradus/app/cli/main.cpp": text}, "src/gradus/app/cli/main.cpp:1: app may not include gradus.hpp")

    def test_refuses_a_library_outside_its_folder(self):
        text = "#include <hwy/highway.h>\n"
        self.assertEqual(check({"gradus/engine/plan/highway/add.cpp": text})[0], 0)
        self.expect_violation({"gradus/engine/plan/add.cpp": text}, "src/gradus/engine/plan/add.cpp:1: <hwy/highway.h> may be included only in a folder highway")

    def test_refuses_what_it_does_not_know(self):
        status, out, _ = check({"gradus/core/base/a.cpp": "#include <boost/any.hpp>\n", "gradus/core/base/b.cpp": '#include "error.hpp"\n'})
        self.assertEqual(status, 1)
        self.assertEqual([line.split(" is ")[0] for line in out.splitlines()], ['src/gradus/core/base/a.cpp:1: "boost/any.hpp"', 'src/gradus/core/base/b.cpp:1: "error.hpp"'])

    def test_refuses_a_folder_that_is_not_listed(self):
        self.expect_violation({"gradus/utils/a.cpp": ""}, "src/gradus/utils/a.cpp:1: its folder is not listed in src/LAYERS")

    def test_warns_of_long_files(self):
        status, _, err = check({"gradus/core/base/long.cpp": "\n" * 401})
        self.assertEqual((status, err), (0, "src/gradus/core/base/long.cpp: warning: 401 lines; at most 400 are easy to read"))


if __name__ == "__main__":
    unittest.main()
