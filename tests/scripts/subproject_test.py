"""gradus as a folder of another project, and built without our presets: what it may define there, and what it may ask for. Only
configured here; tests/install/run also builds."""
import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOST = """cmake_minimum_required(VERSION 3.22)
project(host LANGUAGES CXX)
enable_testing()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
foreach(name bench tests test_core gradus_tests gtest format bench_facts)
  add_custom_target(${name})
endforeach()
get_cmake_property(before CACHE_VARIABLES)
add_subdirectory("GRADUS" inner)
get_cmake_property(after CACHE_VARIABLES)
list(REMOVE_ITEM after ${before})
get_property(targets DIRECTORY "GRADUS" PROPERTY BUILDSYSTEM_TARGETS)
message(STATUS "targets: ${targets}")
message(STATUS "cached: ${after}")
message(STATUS "standard: '${CMAKE_CXX_STANDARD}' type: '${CMAKE_BUILD_TYPE}'")
"""
# What project() and find_package() themselves leave in the cache.
STANDARD = re.compile(r"^(GRADUS_\w+|gradus_\w+|host_\w+|\w+_DIR|ZLIB_\w+|FIND_PACKAGE_MESSAGE_DETAILS_\w+|CMAKE_HAVE_LIBC_PTHREAD|CMAKE_PROJECT_VERSION\w*|CMAKE_INSTALL_\w+|CMAKE_LINK_DEPENDS\w*|_GNUInstallDirs\w+|_?Python3_\w+|Python3_\w+|GTest_\w+)$")


def configure(source, build, *options):
    done = subprocess.run(["cmake", "-S", source, "-B", build, "-G", "Ninja", *options], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def compile_commands(build):
    return [entry["command"] for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))]


def folder_for(case):
    folder = tempfile.TemporaryDirectory()
    case.addClassCleanup(folder.cleanup)
    return Path(folder.name)


class Inside(unittest.TestCase):
    maxDiff = None
    """Each test configures the same host again, which is quick."""

    @classmethod
    def setUpClass(cls):
        cls.folder = folder_for(cls)
        (cls.folder / "CMakeLists.txt").write_text(HOST.replace("GRADUS", str(ROOT)), encoding="utf-8")

    def host(self, *options):
        """What CMake told of a host that has gradus as a folder."""
        (self.folder / "build/CMakeCache.txt").unlink(missing_ok=True)
        status, output = configure(self.folder, self.folder / "build", *options)
        self.assertEqual(status, 0, output)
        told = {key: re.search(f"-- {key}: (.*)", output).group(1) for key in ("targets", "cached", "standard")}
        self.assertEqual([name for name in told["targets"].split(";") if not name.startswith("gradus")], [])
        self.assertEqual([name for name in told["cached"].split(";") if not STANDARD.match(name)], [])
        return told

    def test_only_the_library_by_default_and_the_hosts_settings_stay(self):
        told = self.host()
        self.assertEqual(set(told["targets"].split(";")),
                         {"gradus_core", "gradus_engine", "gradus_learn", "gradus_library", "gradus_flags", "gradus_strict_flags"})
        self.assertEqual(told["standard"], "'' type: ''")

    def test_all_that_can_be_chosen_has_names_of_its_own(self):
        targets = self.host(*[f"-DGRADUS_{name}=ON" for name in ("COMMAND", "TESTS", "EXAMPLES", "INSTALL", "FUZZ")])["targets"]
        for name in ("gradus", "gradus_app", "gradus_fuzz_csv"):
            self.assertIn(name, targets.split(";"))

    def test_compiled_as_the_host_says(self):
        self.host("-DCMAKE_BUILD_TYPE=Release")
        commands = compile_commands(self.folder / "build")
        self.assertTrue(commands)
        for command in commands:
            self.assertIn("-O3", command)
            self.assertIn("-fPIC", command)
            for flag in ("-Werror", "-Wall", "ccache"):
                self.assertNotIn(flag, command)


class Alone(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.build = folder_for(cls)

    def test_warnings_are_errors_in_the_presets_alone(self):
        status, output = configure(ROOT, self.build)
        self.assertEqual(status, 0, output)
        plain = compile_commands(self.build)
        self.assertFalse([command for command in plain if "-Werror" in command])
        self.assertTrue([command for command in plain if "-O3" in command])  # Release where nobody says otherwise
        presets = json.loads((ROOT / "CMakePresets.json").read_text(encoding="utf-8"))["configurePresets"]
        self.assertEqual([one["name"] for one in presets if "GRADUS_WERROR" in one.get("cacheVariables", {})], ["base"])

    def test_the_library_alone_needs_nothing_of_the_command(self):
        status, output = configure(ROOT, self.build, "-DGRADUS_COMMAND=OFF", "-DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON",
                                   "-DGRADUS_TOML_INCLUDE=GRADUS_TOML_INCLUDE-NOTFOUND")
        self.assertEqual(status, 0, output)
        self.assertFalse([command for command in compile_commands(self.build) if "/app/" in command])

    def test_the_command_says_what_it_needs(self):
        status, output = configure(ROOT, self.build, "-DGRADUS_COMMAND=ON", "-DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON")
        self.assertEqual(status, 1)
        self.assertIn("try: apt install libcli11-dev libtomlplusplus-dev, or -DGRADUS_COMMAND=OFF", " ".join(output.split()))


if __name__ == "__main__":
    unittest.main()
