"""cmake/unity.py: which files may be compiled together."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNITY = ROOT / "cmake/unity.py"
sys.path.insert(0, str(UNITY.parent))
import unity  # noqa: E402


def source(private="", public="", head='#include "a.hpp"\n'):
    return f"{head}\nnamespace gradus {{\nnamespace {{\n\n{private}\n\n}}  // namespace\n\n{public}\n\n}}  // namespace gradus\n"


class Unity(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = Path(self.scratch.name)
        self.addCleanup(self.scratch.cleanup)

    def group(self, *texts, most=10):
        files = []
        for number, text in enumerate(texts):
            files.append(self.folder / f"src/{number}.cpp")
            files[-1].parent.mkdir(exist_ok=True)
            files[-1].write_text(text)
        groups = unity.group_files(files, self.folder / "src", most)
        self.assertEqual(sorted(int(source.path.stem) for group in groups for source in group), list(range(len(texts))))  # each once
        return groups

    def together(self, *texts):
        return len(self.group(*texts)) == 1

    def test_strangers_go_together_up_to_the_most(self):
        files = [source(f"int f{i}(int x) {{ return x; }}", f"int g{i}() {{ return f{i}(1); }}") for i in range(5)]
        self.assertEqual([len(group) for group in self.group(*files)], [5])
        self.assertEqual(sorted(len(group) for group in self.group(*files, most=2)), [1, 2, 2])

    def test_a_name_of_its_own_is_in_no_other(self):
        plain = source("", "int g() { int total = 1; return total; }")
        for private in ("int total(int x) { return x; }", "constexpr int total = 3;", "constexpr int total[] = {1, 2};", "struct total {\n  int x;\n};",
                        "enum class total { a };", "using total = int;", "template <class T> T total(T x) { return x; }", "using std::total;",
                        "namespace total = std::chrono;", "struct Kept {\n  int x;\n} total;", "const int total{3};"):
            self.assertFalse(self.together(source(private), plain), private)
            self.assertFalse(self.together(plain, source(private)), private)
        # An overload of one file would be taken for another's call.
        self.assertFalse(self.together(source("void put(long) {}"), source("", "void g() { put(1); }")))
        self.assertFalse(self.together(source("", "static int total;"), plain))
        self.assertFalse(self.together(source("", "using ops::total;"), plain))

    def test_what_is_no_name_of_its_own_keeps_none_apart(self):
        plain = source("", "int g() { int total = 1; return total; }")
        self.assertTrue(self.together(source("int f(int total) { return total; }"), plain))
        self.assertTrue(self.together(source("struct Sums {\n  int total = 0;\n  int all() { return total; }\n};"), plain))
        self.assertTrue(self.together(source("template <class A, class total> int f(total x) { return x; }"), plain))
        self.assertTrue(self.together(source("int total() { return 1; }"), source("", "int g(const X& x) { return x.total + std::total(x) + y->total; }")))
        self.assertTrue(self.together(source("int total() { return 1; }"), source("", 'const char* g() { return "total"; }  // total /* total')))
        self.assertTrue(self.together(source("int total() { return 1; }"), source("", 'auto g() { return R"(a "total")"; }')))

    def test_a_header_of_another_hides_nothing(self):
        def header(name, text):
            (self.folder / "src").mkdir(exist_ok=True)
            (self.folder / "src" / name).write_text(text)

        header("base.hpp", "namespace gradus {\nenum class Role { a };\nstd::string describe(const Report& report);\n}\n")
        header("b.hpp", '#include "hidden.hpp"\n')
        header("hidden.hpp", "namespace gradus::nn {\nusing Role = int;\nclass Made : public Base {\n  int describe();\n};\n}\n")
        inner = source("", "Role g() { return Role::a; }", '#include "base.hpp"\n').replace("namespace gradus {", "namespace gradus::nn {")
        outer = source("", "Role g() { return Role::a; }", '#include "base.hpp"\n')
        call = source("", "auto g() { return describe({}); }", '#include "base.hpp"\n').replace("namespace gradus {", "namespace gradus::nn {")
        brings = source("", "int h() { return 1; }", '#include "b.hpp"\n')
        self.assertFalse(self.together(inner, brings))
        self.assertFalse(self.together(brings, inner))
        self.assertTrue(self.together(inner, source("", "int h() { return 1; }", '#include "other.hpp"\n')))
        self.assertTrue(self.together(outer, brings), "it is in no namespace where that is seen")
        self.assertTrue(self.together(call, brings), "a member is none of the namespace")
        self.assertTrue(self.together(inner.replace('hpp"\n', 'hpp"\n#include "b.hpp"\n', 1), brings), "it sees both by itself")

    def test_a_function_found_by_its_arguments(self):
        calls = source("std::string quoted(std::string_view text);", 'auto g(const std::string& text) { return quoted(text); }')
        paths = source("", "int h() { return 1; }", "#include <filesystem>\n")
        self.assertFalse(self.together(calls, paths))
        self.assertTrue(self.together("#include <filesystem>\n" + calls, paths))
        self.assertTrue(self.together(source("", "int g() { return 1; }"), paths))

    def test_files_with_text_that_is_not_seen_stay_alone(self):
        plain = source("", "int g() { return 1; }")
        for head in ("#define X 1\n", "#undef X\n", "#ifdef X\n#endif\n", "#pragma GCC diagnostic push\n", '#include "list.inl"\n'):
            self.assertFalse(self.together(source(head=head), plain), head)
        self.assertFalse(self.together(source("using namespace std;"), plain))
        self.assertFalse(self.together(source("enum { a, b };"), plain))

    def test_headers_come_first_and_what_is_as_it_was_is_not_written(self):
        (self.folder / "src").mkdir()
        files = [self.folder / f"src/{number}.cpp" for number in range(3)]
        files[0].write_text(source("", "int f() { return 1; }", '#include "a.hpp"\n\n#include <vector>\n'))
        files[1].write_text(source("", "int g() { return 1; }", '#include "b.hpp"\n#include <vector>\n'))
        files[2].write_text(source("", "int f() { return 1; }", "#define X 1\n"))

        def told():
            return subprocess.run([sys.executable, "-B", UNITY, self.folder / "out", "10", self.folder / "src", *files],
                                  check=True, capture_output=True, text=True).stdout.split()

        made = self.folder / "out/1.cpp"
        self.assertEqual(sorted(told()), sorted([str(made), str(files[2])]))
        lines = made.read_text().splitlines()
        self.assertEqual(sorted(lines[1:4]), ['#include "a.hpp"', '#include "b.hpp"', "#include <vector>"])
        self.assertEqual(sorted(lines[4:]), ['#include "0.cpp"', '#include "1.cpp"'])
        before = made.stat().st_mtime_ns
        told()
        self.assertEqual(made.stat().st_mtime_ns, before)


if __name__ == "__main__":
    unittest.main()
