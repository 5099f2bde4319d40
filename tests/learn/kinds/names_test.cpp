// A kind's name is said once: as a string it stands in its own file alone, so that a new one is one file and its line
// in the family's list.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "gradus/learn/nn/init.hpp"
#include "gradus/learn/nn/layer.hpp"
#include "gradus/learn/nn/loss.hpp"
#include "gradus/learn/nn/metric.hpp"
#include "gradus/learn/optim/optimizer.hpp"
#include "gradus/learn/optim/schedule.hpp"
#include "tests/support/paths.hpp"

namespace gradus {
namespace {

namespace fs = std::filesystem;

/// The files of learn and app without comments, by path from src/gradus. Ops have names of their own in core, and
/// kernels of ops in engine.
std::map<std::string, std::string> sources() {
  const fs::path root = fs::path(GRADUS_TEST_DATA) / ".." / "src" / "gradus";
  std::map<std::string, std::string> out;
  for (const char* layer : {"learn", "app"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / layer)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".cpp" && extension != ".hpp" && extension != ".inl") continue;
      std::ifstream file(entry.path());
      std::string& text = out[fs::relative(entry.path(), root).string()];
      for (std::string line; std::getline(file, line);) text += line.substr(0, line.find("// ")) + "\n";
    }
  }
  return out;
}

/// Where the same word means something else: another family's kind, an op, a member of a document, a unit.
const std::multimap<std::string, std::string> other_meanings = {
    {"constant", "learn/nn/inits/"},
    {"constant", "learn/optim/schedules/"},
    {"constant", "learn/data/encoders/ignored"},  // why a column is ignored
    {"constant", "app/explain/"},                 // a node of a graph
    {"constant", "app/cli/plan/"},                // where a value lies
    {"step", "learn/nn/layers/"},
    {"step", "learn/optim/schedules/"},
    {"step", "learn/optim/optimizers/rprop"},  // a weight's state
    {"step", "app/report/run_log"},
    {"step", "app/explain/"},
    {"step", "app/cli/"},  // of a training
    {"mse", "learn/nn/metrics/"},
    {"mse", "learn/nn/losses/"},
    {"mae", "learn/nn/metrics/"},
    {"mae", "learn/nn/losses/"},
    {"linear", "learn/optim/schedules/one_cycle"},  // a form
    {"linear", "app/cli/train/training"},           // a model to compare with
    {"conv", "app/explain/"},                       // ops
    {"add", "app/explain/"},
    {"tanh", "app/explain/"},
    {"from", "app/explain/"},  // of an edge
    {"from", "app/cli/inspect/"},
};

TEST(KindNames, StandInTheirOwnFileAlone) {
  const auto files = sources();
  ASSERT_GT(files.size(), 200U);
  const std::pair<kinds::KindList, std::string> families[] = {
      {kinds::kind_list(optim::all_optimizers()), "learn/optim/optimizers/"},
      {kinds::kind_list(optim::all_schedules()), "learn/optim/schedules/"},
      {kinds::kind_list(init::all_inits()), "learn/nn/inits/"},
      {kinds::kind_list(loss::all_losses()), "learn/nn/losses/"},
      {kinds::kind_list(metric::all_metrics()), "learn/nn/metrics/"},
      {kinds::kind_list(nn::all_layers()), "learn/nn/layers/"},
  };
  for (const auto& [list, folder] : families) {
    for (const kinds::Kind* kind : list) {
      const std::string name(kind->name), literal = "\"" + name + "\"";
      std::vector<std::string> own;
      for (const auto& file : files) {
        const std::string &path = file.first, &text = file.second;  // Clang 14 captures no bindings
        if (text.find(literal) == text.npos) continue;
        if (path.starts_with(folder)) {
          own.push_back(path);
          continue;
        }
        const auto [first, last] = other_meanings.equal_range(name);
        const bool other = std::any_of(first, last, [&](const auto& known) { return path.starts_with(known.second); });
        EXPECT_TRUE(other) << literal << " of " << folder << " stands in " << path;
      }
      EXPECT_EQ(own.size(), 1U) << literal << " in " << folder;
    }
  }
}

}  // namespace
}  // namespace gradus
