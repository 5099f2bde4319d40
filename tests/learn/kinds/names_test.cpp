// A kind's name is said once: as a string it stands in its own file alone, so that a new one is one file and its line
// in the family's list.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "gradus/learn/nn/init.hpp"
#include "gradus/learn/nn/layer.hpp"
#include "gradus/learn/nn/loss.hpp"
#include "gradus/learn/optim/optimizer.hpp"
#include "gradus/learn/optim/schedule.hpp"

namespace gradus {
namespace {

namespace fs = std::filesystem;

/// The files of learn and app, by path from src/gradus. Ops have names of their own in core, and kernels of ops in
/// engine.
std::map<std::string, std::string> sources() {
  const fs::path root = fs::path(GRADUS_TEST_DATA) / ".." / "src" / "gradus";
  std::map<std::string, std::string> out;
  for (const char* layer : {"learn", "app"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / layer)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".cpp" && extension != ".hpp" && extension != ".inl") continue;
      std::ifstream file(entry.path());
      std::stringstream text;
      text << file.rdbuf();
      out[fs::relative(entry.path(), root).string()] = text.str();
    }
  }
  return out;
}

// Where the same word means something else.
const std::multimap<std::string, std::string> other_meanings = {};

TEST(KindNames, StandInTheirOwnFileAlone) {
  const auto files = sources();
  ASSERT_GT(files.size(), 200U);
  const std::pair<kinds::KindList, std::string> families[] = {
      {kinds::kind_list(optim::all_optimizers()), "learn/optim/optimizers/"},
      {kinds::kind_list(optim::all_schedules()), "learn/optim/schedules/"},
      {kinds::kind_list(init::all_inits()), "learn/nn/inits/"},
      {kinds::kind_list(loss::all_losses()), "learn/nn/losses/"},
      {kinds::kind_list(nn::all_layers()), "learn/nn/layers/"},
  };
  for (const auto& [list, folder] : families) {
    for (const kinds::Kind* kind : list) {
      const std::string name(kind->name), literal = "\"" + name + "\"";
      int own = 0;
      for (const auto& [path, text] : files) {
        if (text.find(literal) == text.npos) continue;
        if (path.starts_with(folder)) {
          ++own;
          continue;
        }
        const auto [first, last] = other_meanings.equal_range(name);
        const bool other = std::any_of(first, last, [&](const auto& known) { return path.starts_with(known.second); });
        EXPECT_TRUE(other) << literal << " of " << folder << " stands in " << path;
      }
      EXPECT_EQ(own, 1) << literal << " in " << folder;
    }
  }
}

}  // namespace
}  // namespace gradus
