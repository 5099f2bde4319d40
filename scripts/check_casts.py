#!/usr/bin/env python3
"""Checks that the engine narrows no count unchecked: integers of 32 bits or fewer are made by checked_cast (core/base), never by
static_cast. The compiler (-Wconversion) refuses what has no cast at all.

usage: scripts/check_casts.py [ROOT]      prints one line per violation, file:line first; exit status 1 if there is any
"""
import re
import sys
from pathlib import Path

CHECKED = "src/gradus/engine"  # where sizes that a graph gives meet the sizes that kernels and libraries count in
NARROW = r"(?:std::)?(?:u?int(?:8|16|32)_t|short|unsigned short|int|unsigned(?: int)?|dnnl_dim_t|libxsmm_blasint)"
CAST = re.compile(rf"static_cast<\s*{NARROW}\s*>\s*\(|\(\s*{NARROW}\s*\)\s*(?!const\b|noexcept\b|override\b)[A-Za-z_(]")


def check_file(root, path):
    """All violations of one file, as lines to print."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        code = line.split("//")[0]
        if CAST.search(code):
            yield f"{path.relative_to(root)}:{number}: {CAST.search(code)[0]}...: expected checked_cast, or std::bit_cast where bits are meant"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
    files = sorted(p for p in (root / CHECKED).rglob("*") if p.suffix in {".hpp", ".cpp", ".inl"})
    violations = [line for path in files for line in check_file(root, path)]
    print("\n".join(violations) if violations else f"casts: {len(files)} files checked")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
