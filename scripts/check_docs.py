#!/usr/bin/env python3
"""Runs what README.md and docs/**/*.md show, and fails where it is not as shown.

usage: scripts/check_docs.py [--root DIR] [--build DIR] [--compile-flags FLAGS] [FILE.md ...]

  ```console            lines that begin with "$ " are run with bash, in order; a command may go on over lines that end in "\\"
  $ gradus ops          and must exit with 0, or with N after "# exits with N". Lines below it, up to the next command, are its
  add  a plus b         stdout and stderr; without such lines any output will do. "..." stands for any text, and on a line of
  ...                   its own for any lines.
  ```cpp                a block with "int main" is compiled against the installed library and run; must exit with 0
  ```output             right after such a program: what it prints, "..." as above
  ```cpp src/a/b.hpp    with a path: the block is quoted from that file, in which it must occur; a line "..." leaves lines out
  ```sh and others      are not run
Each document has a scratch folder of its own, in which examples/ is a copy of the repository's and `gradus` is on the PATH.
Links to files must lead somewhere.
"""
import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

TIME_LIMIT = 300  # seconds for one command


@dataclass
class Block:
    """A fenced block: its info words ("cpp", "src/a.hpp"), its lines, the line number of its fence, and the block right before it."""

    info: list
    lines: list
    number: int
    before: "Block | None" = None


def blocks_of(text):
    """The fenced blocks of a document, in order."""
    blocks, open_block, before = [], None, None
    for number, line in enumerate(text.splitlines(), 1):
        if open_block is None and line.startswith("```"):
            open_block = Block(line[3:].split(), [], number, before)
        elif open_block is not None and line.rstrip() == "```":
            blocks.append(open_block)
            open_block, before = None, open_block
        elif open_block is not None:
            open_block.lines.append(line)
        elif line.strip():
            before = None
    return blocks


def pattern_of(lines):
    """A regular expression for the lines, in which "..." is a wildcard."""
    parts = []
    for line in lines:
        if line.strip() == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*?".join(re.escape(piece.rstrip()) for piece in line.split("...")) + r"[ ]*\n")
    return "".join(parts)


def difference(shown, printed):
    """None if `printed` is as `shown`, else a text that has both."""
    while shown and not shown[-1].strip():
        shown = shown[:-1]
    printed = "".join(line.rstrip() + "\n" for line in printed.rstrip().splitlines())
    if not shown or re.fullmatch(pattern_of(shown), printed):
        return None
    return "the document shows\n    " + "\n    ".join(shown) + "\n  but it printed\n    " + printed.rstrip().replace("\n", "\n    ")


def run(command, folder, environment):
    """Exit status and output of a command line or of a list of arguments."""
    arguments = ["bash", "-c", command] if isinstance(command, str) else command
    try:
        done = subprocess.run(arguments, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=TIME_LIMIT, check=False)
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired:
        return 124, f"(stopped after {TIME_LIMIT} s)\n"


def commands_of(block):
    """(line number, command, shown output) of each command of a console block."""
    found, i = [], 0
    while i < len(block.lines):
        if not block.lines[i].startswith("$ "):
            i += 1
            continue
        number, command = block.number + 1 + i, [block.lines[i][2:]]
        while command[-1].endswith("\\") and i + 1 < len(block.lines):
            i += 1
            command.append(block.lines[i].removeprefix("> "))
        shown = []
        while i + 1 < len(block.lines) and not block.lines[i + 1].startswith("$ "):
            i += 1
            shown.append(block.lines[i])
        found.append((number, "\n".join(command), shown))
        i += 1
    return found


class Checker:
    def __init__(self, root, build, compile_flags):
        self.root, self.build, self.compile_flags = root, build, compile_flags
        self.counts = {"commands": 0, "programs": 0, "quotations": 0, "links": 0}
        self.failures = []
        self.environment = {**os.environ, "PATH": f"{build}:{os.environ['PATH']}", "NO_COLOR": "1", "TERM": "dumb", "CI": "true",
                            "COLUMNS": "100", "LC_ALL": "C.UTF-8"}

    def flags(self, scratch):
        """What a program is compiled with: the library is installed once, then asked for with pkg-config."""
        if self.compile_flags is None:
            prefix = Path(scratch).parent / "installed"
            subprocess.run(["cmake", "--install", self.build, "--prefix", prefix], stdout=subprocess.DEVNULL, check=True)
            found = ":".join(str(path.parent) for path in prefix.rglob("gradus.pc"))
            asked = subprocess.run(["pkg-config", "--cflags", "--libs", "gradus"], env={**os.environ, "PKG_CONFIG_PATH": found},
                                   stdout=subprocess.PIPE, text=True, check=True)
            self.compile_flags = asked.stdout
        return shlex.split(self.compile_flags)

    def check_commands(self, where, block, scratch):
        for number, command, shown in commands_of(block):
            self.counts["commands"] += 1
            wanted = re.search(r"#.*exits with (\d+)", command)
            status, output = run(command, scratch, self.environment)
            if status != int(wanted[1] if wanted else 0):
                self.failures.append(f"{where}:{number}: exit status {status} of: {command}\n    " + output.rstrip().replace("\n", "\n    "))
            elif wrong := difference(shown, output):
                self.failures.append(f"{where}:{number}: {command}\n  {wrong}")

    def check_program(self, where, block, after, scratch):
        self.counts["programs"] += 1
        source, binary = Path(scratch, "program.cpp"), Path(scratch, "program")
        source.write_text("\n".join(block.lines) + "\n", encoding="utf-8")
        # Flags after the source: a static library serves only what stands before it.
        compiler = os.environ.get("CXX", "c++")
        status, output = run([compiler, "-std=c++20", "-O1", "-o", str(binary), str(source), *self.flags(scratch)], scratch, self.environment)
        if status == 0:
            status, output = run([str(binary)], scratch, self.environment)
        if status != 0:
            self.failures.append(f"{where}:{block.number}: the program does not compile or run (exit status {status})\n" + output)
        elif after and (wrong := difference(after.lines, output)):
            self.failures.append(f"{where}:{after.number}: {wrong}")

    def check_quotation(self, where, block):
        self.counts["quotations"] += 1
        source = self.root / block.info[1]
        text = source.read_text(encoding="utf-8") if source.is_file() else ""
        text = "".join(line.rstrip() + "\n" for line in text.splitlines())
        if not re.search("^" + pattern_of(block.lines), text, re.MULTILINE):
            self.failures.append(f"{where}:{block.number}: this is not (or no longer) in {block.info[1]}")

    def check_links(self, where, document, text):
        prose = re.sub(r"^```.*?^```", lambda found: "\n" * found[0].count("\n"), text, flags=re.MULTILINE | re.DOTALL)
        prose = re.sub(r"`[^`\n]*`", "", prose)
        for found in re.finditer(r"\]\(([^)#\s]+)[^)]*\)", prose):
            if re.match(r"[a-z]+:", found[1]):
                continue
            self.counts["links"] += 1
            if not (document.parent / found[1]).exists():
                self.failures.append(f"{where}:{prose[:found.start()].count(chr(10)) + 1}: the link {found[1]} leads nowhere")

    def check(self, document):
        where = os.path.relpath(document, self.root)
        text = document.read_text(encoding="utf-8")
        self.check_links(where, document, text)
        with tempfile.TemporaryDirectory(dir=self.scratch_root) as scratch:
            if (self.root / "examples").is_dir():
                shutil.copytree(self.root / "examples", Path(scratch, "examples"))
            blocks = blocks_of(text)
            for i, block in enumerate(blocks):
                after = blocks[i + 1] if i + 1 < len(blocks) and blocks[i + 1].before is block and blocks[i + 1].info == ["output"] else None
                if block.info == ["console"]:
                    self.check_commands(where, block, scratch)
                elif block.info[:1] == ["cpp"] and len(block.info) > 1:
                    self.check_quotation(where, block)
                elif block.info == ["cpp"] and re.search(r"\bint main\b", "\n".join(block.lines)):
                    self.check_program(where, block, after, scratch)

    def check_all(self, documents):
        with tempfile.TemporaryDirectory(prefix="gradus-docs-") as self.scratch_root:
            for document in documents:
                self.check(document)
        for failure in self.failures:
            print(failure)
        counted = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        print(f"docs: {counted} in {len(documents)} files; {len(self.failures)} not as shown")
        return 1 if self.failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent, help="the repository")
    parser.add_argument("--build", type=Path, help="where the gradus executable is (default: ROOT/build/release)")
    parser.add_argument("--compile-flags", help="for programs, instead of those of the installed library")
    parser.add_argument("documents", nargs="*", type=Path, help="default: README.md and docs/**/*.md")
    options = parser.parse_args()
    root = options.root.resolve()
    build = (options.build or root / "build/release").resolve()
    documents = [path.resolve() for path in options.documents] or [
        path for path in [root / "README.md", *sorted((root / "docs").rglob("*.md"))] if path.exists()]
    return Checker(root, build, options.compile_flags).check_all(documents)


if __name__ == "__main__":
    sys.exit(main())
