"""Another commit of gradus, built beside this one: a git worktree in build/base/COMMIT, built into build/base/COMMIT/build/NAME
as the folder NAME of this one is. What is there already is used again."""
import dataclasses
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from comparison.peers import ROOT, Settings, build_gradus

# What the base is built with must be what this one is built with.
SAME = ("CMAKE_CXX_COMPILER", "CMAKE_BUILD_TYPE", "CMAKE_CXX_FLAGS", "GRADUS_XSMM", "GRADUS_ONEDNN", "GRADUS_ASMJIT", "GRADUS_SANITIZE")


class NoBase(SystemExit):
    """The commit cannot be had."""


def git(*arguments, root=ROOT):
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise NoBase(f"git {' '.join(map(str, arguments))}: {done.stderr.strip()}")
    return done.stdout.strip()


def commit_of(name, root=ROOT):
    """The short hash of a commit, branch or tag."""
    try:
        return git("rev-parse", "--short=12", "--verify", "--quiet", name + "^{commit}", root=root)
    except NoBase:
        raise NoBase(f"base: found \"{name}\"; expected a commit, branch or tag of this repository; try: HEAD~1") from None


def checkout(name, root=ROOT):
    """(commit, folder) with the files of that commit."""
    commit = commit_of(name, root)
    folder = root / "build/base" / commit
    if not (folder / ".git").exists():
        git("worktree", "prune", root=root)  # of one whose folder was removed
        git("worktree", "add", "--force", "--detach", folder, commit, root=root)
    return commit, folder


def cached(build):
    """{variable: value} of a build folder that CMake has made."""
    path = build / "CMakeCache.txt"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return dict(re.findall(r"^(\w+):\w+=(.*)$", text, re.MULTILINE))


@dataclass(frozen=True)
class Base:
    commit: str
    folder: Path        # its sources
    settings: Settings  # to build and to run its programs

    def build(self, *targets):
        ours, theirs = (cached(build) for build in (self.settings.folder.parent / self.settings.build.name, self.settings.build))
        same = [f"-D{name}={ours[name]}" for name in SAME if ours.get(name) and ours[name] != theirs.get(name)]
        print(f"building {', '.join(targets)} of {self.commit} in {self.settings.build}", flush=True)
        build_gradus(self.settings, *targets, root=self.folder, configure=same)


def base_of(name, settings, root=ROOT):
    commit, folder = checkout(name, root)
    return Base(commit, folder, dataclasses.replace(settings, build=folder / "build" / settings.build.name))
