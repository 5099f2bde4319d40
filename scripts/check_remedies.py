#!/usr/bin/env python3
"""Checks that every refusal offers one thing to try: a Report in src/ (core/base/error.hpp) has place, found, expected and a remedy
that is not empty, and no function that makes one lets its caller leave the remedy out.

usage: scripts/check_remedies.py [ROOT]      prints one line per violation, file:line first; exit status 1 if there is any
"""
import re
import sys
from pathlib import Path

EMPTY = {"", '""', "{}", "std::string()", "std::string{}"}
REPORT = re.compile(r"\bReport\{")
DEFAULT = re.compile(r'(?:string&|char\*) remedy = (""|\{\})')  # of a parameter: its callers may say nothing
REFUSAL = re.compile(r"\b(?:refuse\w*|refusal|error_at|fail|fail_at)\(")  # functions that make one
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|//[^\n]*|.', re.DOTALL)


def fields(text, begin):
    """What is between commas in the bracket that opens before `begin`, as texts without blanks around them."""
    depth, out = 1, [""]
    for token in TOKEN.finditer(text, begin):
        piece = token[0]
        if piece in "({[":
            depth += 1
        elif piece in ")}]":
            depth -= 1
        if depth == 0:
            break
        if piece == "," and depth == 1:
            out.append("")
        elif not piece.startswith("//"):
            out[-1] += piece
    return [field.strip() for field in out]


def may_be_empty(remedy):
    """A remedy that is empty, a choice whose other side is, or the nearest of names, none of which need be near."""
    if re.match(r"(?:printable\()?nearest\(", remedy) or re.search(r"[?:] nearest\(", remedy):
        return True
    nested = re.compile(r"\([^()]*\)")
    while nested.search(remedy):
        remedy = nested.sub("", remedy)
    return remedy in EMPTY or re.search(r'\? *""|: *""$', remedy) is not None


def filled(path):
    """Whether the file, or the one that its header declares, puts something in place of an empty remedy."""
    return any(source.exists() and "remedy.empty()" in source.read_text(encoding="utf-8") for source in (path, path.with_suffix(".cpp")))


def check_file(root, path):
    """All violations of one file, as lines to print."""
    text = path.read_text(encoding="utf-8")
    place = f"{path.relative_to(root)}:"
    for match in REPORT.finditer(text):
        found = fields(text, match.end())
        if found == [""] or (len(found) >= 4 and not may_be_empty(found[3])):
            continue
        yield f"{place}{text.count(chr(10), 0, match.start()) + 1}: a refusal without a remedy: expected one thing to try that works"
    for match in REFUSAL.finditer(text):
        found = fields(text, match.end())
        if len(found) >= 3 and found[-1] == '""':
            yield f"{place}{text.count(chr(10), 0, match.start()) + 1}: a refusal without a remedy: expected one thing to try that works"
    for match in [] if filled(path) else DEFAULT.finditer(text):
        yield f"{place}{text.count(chr(10), 0, match.start()) + 1}: a remedy that may be left out: expected one from every caller"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
    files = sorted(p for p in (root / "src").rglob("*") if p.suffix in {".hpp", ".cpp", ".inl"})
    violations = [line for path in files for line in check_file(root, path)]
    print("\n".join(violations) if violations else f"remedies: {len(files)} files checked")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
