"""scripts/check_docs.py runs what documents show, accepts what is as shown, and names file and line of what is not."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/check_docs.py"
GRADUS = '#!/bin/sh\nif [ "$1" = fail ]; then echo "no such verb"; exit 2; fi\necho "ran $*"\necho "took $$ ms"\n'


def check(text, files=()):
    """Runs the script on a repository with this README.md, a `gradus` that prints its arguments, and other files."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, content in {"README.md": text, "bin/gradus": GRADUS, "examples/data/cars.csv": "a,b\n", **dict(files)}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        (root / "bin/gradus").chmod(0o755)
        done = subprocess.run([sys.executable, SCRIPT, "--root", root, "--build", root / "bin", "--compile-flags", ""],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


class CheckDocs(unittest.TestCase):
    def accepts(self, text, files=()):
        self.assertEqual(check(text, files)[0], 0, check(text, files)[1])

    def refuses(self, text, beginning, files=()):
        status, output = check(text, files)
        self.assertEqual((status, output[: len(beginning)]), (1, beginning), output)

    def test_output_as_shown(self):
        self.accepts("Text.\n```console\n$ gradus ops\nran ops\ntook ... ms\n$ gradus plan\nran plan\n...\n```\n")

    def test_output_that_differs(self):
        self.refuses("Text.\n```console\n$ gradus ops\nran plan\n...\n```\n", "README.md:3: gradus ops")
        self.refuses("```console\n$ gradus ops\nran ops\n```\n", "README.md:2: gradus ops")  # one line too few

    def test_without_output_only_the_exit_status_counts(self):
        self.accepts("```console\n$ gradus ops\n$ gradus fail   # exits with 2\n```\n")
        self.refuses("```console\n$ gradus ops\n$ gradus fail\n```\n", "README.md:3: exit status 2 of: gradus fail")

    def test_commands_go_on_over_lines_and_share_a_folder_with_the_examples(self):
        self.accepts("```console\n$ gradus a \\\n    b > made.txt\n```\nand\n```console\n$ head -n 1 made.txt examples/data/cars.csv | cat\n==> made.txt <==\nran a b\n...\n```\n")

    def test_other_blocks_are_not_run(self):
        self.accepts("```sh\n$ false\n```\n```cpp\nthis is no program\n```\n")

    @unittest.skipUnless(shutil.which("c++"), "no compiler")
    def test_programs_are_compiled_and_run(self):
        program = '```cpp\n#include <cstdio>\nint main() { std::puts("loss 0.25"); return %d; }\n```\n'
        self.accepts(program % 0 + "\n```output\nloss ...\n```\n")
        self.refuses(program % 0 + "```output\nloss 1\n```\n", "README.md:5: the document shows")
        self.refuses(program % 3, "README.md:1: the program does not compile or run (exit status 3)")
        self.refuses("```cpp\nint main() { return x; }\n```\n", "README.md:1: the program does not compile or run (exit status 1)")

    def test_quotations_occur_in_their_file(self):
        files = [("src/op.inl", "struct Relu {\n  int a;\n  int b;\n};\n")]
        self.accepts("```cpp src/op.inl\nstruct Relu {\n...\n};\n```\n", files)
        self.refuses("```cpp src/op.inl\nstruct Relu {\n  int c;\n```\n", "README.md:1: this is not (or no longer) in src/op.inl", files)

    def test_links_lead_somewhere(self):
        self.accepts("[data](examples/data/cars.csv) and [elsewhere](https://example.org/x)\n")
        self.refuses("a\n[data](examples/none.csv)\n", "README.md:2: the link examples/none.csv leads nowhere")


if __name__ == "__main__":
    unittest.main()
