#!/usr/bin/env python3
"""Puts C++ files together that one compiler run may take at once: half of what a file costs are headers that its neighbours read too.

usage: cmake/unity.py OUT MOST SOURCE_ROOT FILE...

Writes OUT/1.cpp, OUT/2.cpp, ..., each of which includes at most MOST of the FILEs, and prints what is to be compiled: those, and the
files that stay alone, one a line. Files go together only where each means what it means alone:
- no name that one of them keeps to itself (in a namespace without a name, by static, const or using) occurs in another at all;
- no header that another brings declares a name in a namespace of the file where the file sees that name in other namespaces alone;
- no header of a library that another brings has a function that a call finds by its arguments (STANDARD);
- files with macros, conditions or inserted text (.inl) of their own stay alone.
A group begins with all headers of its files, so that none of them sees what a file keeps to itself."""
import re
import sys
from pathlib import Path

NOT_CODE = re.compile(r"""R"(\w*)\((?:.|\n)*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9])'(?:\\.|[^'\\\n])+'|//[^\n]*|/\*(?:.|\n)*?\*/""")
DIRECTIVE = re.compile(r"^[ \t]*#.*(?:\\\n.*)*$", re.M)
INCLUDE = re.compile(r"^#include [<\"].*$", re.M)
TOKEN = re.compile(r"[A-Za-z_]\w*|::|->|\S")
KEYWORDS = set("""alignas alignof auto bool break case catch char class concept const consteval constexpr constinit continue decltype
default delete do double else enum explicit export extern false final float for friend goto if inline int long mutable namespace new
noexcept nullptr operator override private protected public requires return short signed sizeof static static_assert struct switch
template this thread_local throw true try typedef typename union unsigned using virtual void volatile while""".split())
MADE_BY = ("struct", "class", "enum", "union", "concept")  # NAME
UNNAMED = ""
# Functions that a call with strings or paths may find by its arguments, in headers that not every file sees.
OF_FILES = set("""absolute canonical copy copy_file current_path equivalent exists file_size is_directory is_empty quoted relative remove
remove_all rename resize_file space status u8path""".split())
STANDARD = {name: OF_FILES for name in ("<filesystem>", "<iomanip>", "<nlohmann/json.hpp>", "<CLI/App.hpp>", "<CLI/Config.hpp>", "<CLI/Formatter.hpp>", "<toml++/toml.h>")}


def is_name(token):
    return (token[0].isalpha() or token[0] == "_") and token not in KEYWORDS


def name_of(declaration):
    """The name that a declaration makes, read up to the first bracket or sign after it; None where it makes none."""
    for before, made, name in zip([""] + declaration, declaration, declaration[1:]):
        if made in MADE_BY and before not in ("<", ","):  # <class T> is a name of its template
            rest = [token for token in declaration[declaration.index(made) + 1:] if token not in MADE_BY]
            return rest[0] if rest and is_name(rest[0]) else None
    return declaration[-1] if declaration and is_name(declaration[-1]) else None


class File:
    """A source or a header: what it declares, the names that it uses, and what it includes."""

    def __init__(self, path):
        text = path.read_text(encoding="utf-8")
        self.path = path
        self.includes = INCLUDE.findall(text)
        code = NOT_CODE.sub(lambda found: " " if found[0].startswith("/") else " 0 ", text)
        others = [line for line in DIRECTIVE.findall(code) if not line.lstrip().startswith("#include")]
        inserted = any(not line.rstrip().endswith(('.hpp"', '.h"', ">")) for line in self.includes)
        self.tokens = TOKEN.findall(DIRECTIVE.sub("", code))
        self.alone = bool(others) or inserted or "using namespace" in code
        self.used = {t for before, t in zip([""] + self.tokens, self.tokens) if is_name(t) and before not in (".", "->", "::")}
        self.namespaces = set()
        self.kept, self.declared = set(), set()  # names; (namespace, name)
        self.find_declarations()

    def find_declarations(self):
        """Walks over the declarations of namespaces; what is in other braces or in brackets belongs to them."""
        braces, brackets, declaration = [], 0, []  # braces: names of namespaces, None for others
        for token in self.tokens:
            outside = not brackets and None not in braces
            if outside and token in ("(", "[", "=", "{", ";"):
                self.declare(declaration, braces, token)
            brackets += (token in "([") - (token in ")]")
            if outside and token == "{" and declaration[:1] == ["namespace"]:
                braces.append("".join(declaration[1:]))
                self.namespaces.add("::".join(name for name in braces if name))
                declaration = []
            elif token == "{":
                braces.append(None)
            elif token == "}":
                braces[-1:] = []
                declaration = declaration if None in braces else []
            elif outside and token == ";":
                declaration = []
            elif None not in braces:
                declaration.append(token)

    def declare(self, declaration, braces, token):
        if declaration[:1] == ["namespace"]:
            if token == "=":
                self.kept.add(declaration[-1])
            return
        if UNNAMED in braces and declaration[:1] == ["enum"] and declaration[1:2] not in (["class"], ["struct"]):
            self.alone = True  # its values are names too
        name = name_of(declaration)
        if name is None:
            return
        self.declared.add(("::".join(part for part in braces if part), name))
        if UNNAMED in braces or declaration[0] in ("using", "static", "constexpr", "const"):
            self.kept.add(name)


class Source(File):
    """With the headers that it sees, those of the project."""

    def __init__(self, path, root, headers):
        super().__init__(path)
        self.headers, self.standard = {}, set()
        self.see(self.includes, root, headers)
        self.sees = self.declared.union(*(header.declared for header in self.headers.values()))
        self.found = self.used & {name for _, name in self.sees}  # others are of its functions and classes
        inside = set()
        for namespace in self.namespaces:
            parts = namespace.split("::")
            inside.update("::".join(parts[:count]) for count in range(len(parts) + 1))
        self.namespaces = inside

    def see(self, includes, root, headers):
        self.standard.update(line.split()[1] for line in includes if line.split()[1] in STANDARD)
        for path in (root / line.split('"')[1] for line in includes if '"' in line):
            if path in self.headers or not path.is_file():
                continue
            if path not in headers:
                headers[path] = File(path)
            self.headers[path] = headers[path]
            self.see(headers[path].includes, root, headers)


def disturbs(source, other):
    """Whether `source` may give a name of `other` another meaning."""
    if source.kept & other.used:
        return True
    if any(STANDARD[name] & other.found for name in source.standard - other.standard):
        return True
    brought = [header for path, header in source.headers.items() if path not in other.headers]
    return any(name in other.found and namespace in other.namespaces and (namespace, name) not in other.sees
               for header in brought for namespace, name in header.declared)


def fits(source, group):
    return not any(disturbs(source, other) or disturbs(other, source) for other in group)


def group_files(paths, root, most):
    """Lists of sources: each goes to the first that it fits in, those that fit few first."""
    headers = {}
    sources = [Source(path, root, headers) for path in paths]
    sources.sort(key=lambda source: sum(not fits(source, [other]) for other in sources), reverse=True)
    groups = []
    for source in sources:
        room = [group for group in groups if len(group) < most and not group[0].alone and not source.alone and fits(source, group)]
        if room:
            room[0].append(source)
        else:
            groups.append([source])
    return groups


def text_of(group, root):
    names = [str(source.path.relative_to(root)) for source in group]
    headers = dict.fromkeys(line for source in group for line in source.includes)
    return "\n".join(["// Made by cmake/unity.py."] + list(headers) + [f'#include "{name}"' for name in names]) + "\n"


def main():
    out, most, root, paths = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), [Path(name) for name in sys.argv[4:]]
    out.mkdir(parents=True, exist_ok=True)
    written = 0
    for group in group_files(paths, root, most):
        if len(group) == 1:
            print(group[0].path)
            continue
        written += 1
        file, text = out / f"{written}.cpp", text_of(group, root)
        if not file.exists() or file.read_text(encoding="utf-8") != text:  # what is as it was is not compiled again
            file.write_text(text, encoding="utf-8")
        print(file)


if __name__ == "__main__":
    main()
