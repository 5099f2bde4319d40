#include "gradus/learn/io/output/unfinished_file.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "gradus/learn/io/output/output_file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus::io {
namespace {

using test::TemporaryFolder;
namespace fs = std::filesystem;

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> out;
  for (const auto& entry : fs::directory_iterator(folder)) out.insert(entry.path().filename().string());
  return out;
}

/// Runs `action` in a child until it is killed after `microseconds`; true if it was still at it.
template <class Action> bool kill_after(useconds_t microseconds, Action&& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    action();
    ::_exit(0);
  }
  ::usleep(microseconds);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status);
}

TEST(UnfinishedFile, WhatADeadWriterLeftGoesWithTheNextSave) {
  const TemporaryFolder folder;
  folder.write(".4711-0.gradus-unfinished", "half");  // as older versions left them, without a lock
  folder.write(".t.gradus.gradus-unfinished", "a name never used");
  folder.write("notes.gradus-unfinished", "not hidden: not ours");
  fs::create_directory(folder.path(".d.gradus-unfinished"));
  ASSERT_EQ(::mkfifo(folder.path(".f.gradus-unfinished").c_str(), 0600), 0);
  OutputFile(folder.path("a")).write("text");
  EXPECT_EQ(names_in(folder.path()),
            (std::set<std::string>{"a", "notes.gradus-unfinished", ".d.gradus-unfinished", ".f.gradus-unfinished"}));
}

TEST(UnfinishedFile, WhatALivingWriterHasStays) {
  const TemporaryFolder folder;
  auto mine = UnfinishedFile::create(folder.path(), false);
  OutputFile(folder.path("a")).write("text");
  EXPECT_EQ(names_in(folder.path()).size(), 2u);
  EXPECT_EQ(mine.move_over(folder.path("b")), 0);
  EXPECT_EQ(names_in(folder.path()), (std::set<std::string>{"a", "b"}));
}

TEST(UnfinishedFile, ANumberOfAProcessMayBeSomebodyElses) {
  const TemporaryFolder folder;
  const auto one = UnfinishedFile::create(folder.path(), true), two = UnfinishedFile::create(folder.path(), true);
  EXPECT_EQ(names_in(folder.path()).size(), 2u);
}

TEST(UnfinishedFile, AClaimLastsAsLongAsItsOwner) {
  const TemporaryFolder folder;
  {
    const auto first = UnfinishedFile::claim(folder.path(), "t.gradus");
    EXPECT_TRUE(first.has_value());
    EXPECT_FALSE(UnfinishedFile::claim(folder.path(), "t.gradus").has_value());
    EXPECT_TRUE(UnfinishedFile::claim(folder.path(), "t-2.gradus").has_value());
  }
  EXPECT_TRUE(UnfinishedFile::claim(folder.path(), "t.gradus").has_value());
  EXPECT_TRUE(kill_after(20'000, [&] {
    const auto claim = UnfinishedFile::claim(folder.path(), "t.gradus");
    ::pause();
  }));
  EXPECT_EQ(names_in(folder.path()).size(), 1u);
  EXPECT_TRUE(UnfinishedFile::claim(folder.path(), "t.gradus").has_value());
  EXPECT_TRUE(names_in(folder.path()).empty());
}

TEST(UnfinishedFile, DoesNotReplaceWhatTookTheFreeName) {
  const TemporaryFolder folder;
  auto file = UnfinishedFile::create(folder.path(), false);
  folder.write("a", "somebody's");
  EXPECT_EQ(file.move_to_free(folder.path("a")), EEXIST);
  EXPECT_EQ(folder.read("a"), "somebody's");
  EXPECT_EQ(file.move_to_free(folder.path("b")), 0);
}

// Whenever a writer is killed, the file is whole, old or new, and what is left behind goes with the next save.
TEST(UnfinishedFile, KillsAtAnyInstantLoseNothing) {
  const TemporaryFolder folder;
  const std::string old_text(200'000, 'o'), new_text(300'000, 'n');
  OutputFile(folder.path("a")).write(old_text);
  for (int i = 0; i < 60; ++i) {
    EXPECT_TRUE(kill_after(static_cast<useconds_t>(200 + 137 * i), [&] {
      while (true) OutputFile(folder.path("a")).write(new_text), OutputFile(folder.path("a")).write(old_text);
    }));
    const std::string found = folder.read("a");
    ASSERT_TRUE(found == old_text || found == new_text) << found.size();
  }
  OutputFile(folder.path("a")).write("done");
  EXPECT_EQ(names_in(folder.path()), (std::set<std::string>{"a"}));
}

// Many at once, who also clear away for each other.
TEST(UnfinishedFile, WritersInOneFolderDoNotDisturbEachOther) {
  const TemporaryFolder folder;
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    const pid_t child = ::fork();
    if (child != 0) {
      children.push_back(child);
      continue;
    }
    int failures = 0;
    for (int round = 0; round < 50; ++round) {
      try {
        OutputFile(folder.path("own-" + std::to_string(i))).write(std::to_string(round));
        OutputFile(folder.path("shared")).write(std::string(1000, static_cast<char>('a' + i)));
      } catch (const std::exception&) {
        ++failures;
      }
    }
    ::_exit(failures);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
  for (int i = 0; i < 6; ++i) EXPECT_EQ(folder.read("own-" + std::to_string(i)), "49");
  const std::string shared = folder.read("shared");
  EXPECT_EQ(shared, std::string(1000, shared.at(0)));
  EXPECT_EQ(names_in(folder.path()).size(), 7u);
}

}  // namespace
}  // namespace gradus::io
