// A kind's name is said once: as a string it stands in its own file alone, so that a new one is one file and its line
// in the family's list.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <map>

#include "gradus/core/ops/all.hpp"
#include "gradus/learn/data/encoders/encoder.hpp"
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

/// The files of some layers without comments, by path from src/gradus.
std::map<std::string, std::string> sources(std::initializer_list<const char*> layers) {
  const fs::path root = fs::path(GRADUS_TEST_DATA) / ".." / "src" / "gradus";
  std::map<std::string, std::string> out;
  for (const char* layer : layers) {
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
    {"step", "core/ops/slices"},                  // an attribute
    {"step", "engine/cpu/kernels/moves/copies"},
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
    {"linear", "app/cli/train/train"},              // a model to compare with
    {"linear", "app/cli/cv/"},
    {"repeat", "app/cli/cv/"},  // of all folds
    {"conv", "app/explain/"},   // ops
    {"add", "app/explain/"},
    {"tanh", "app/explain/"},
    {"from", "app/explain/"},  // of an edge
    {"from", "app/cli/inspect/"},
    {"from", "app/cli/predict/"},            // of an interval
    {"accuracy", "learn/train/importance"},  // what a shuffled column takes away
    {"date", "learn/data/schema_json"},      // of a form of cells
    {"ignored", "learn/data/schema_json"},   // the columns that are
    {"sign", "app/explain/grade"},           // a mistake
    {"normal", "learn/tables/recipe"},       // an effort
    {"normal", "app/cli/arguments/settings"},
    {"less", "app/explain/formula/parser"},
    {"sum", "app/explain/json_document"},  // of contributions
    {"sum", "core/graph/slot"},            // a role
    {"mean", "app/cli/inspect/"},
    {"mean", "app/cli/cv/"},
    {"max", "app/explain/formula/functions"},  // the maximum of two, where the op reduces
    {"min", "app/explain/formula/functions"},
    {"reshape", "core/tensor/tensor"},
    {"input", "app/explain/"},  // of a layer
    {"input", "app/cli/plan/"},
    {"input", "learn/data/schema_json"},  // members of documents
    {"input", "learn/train/saved_model"},
    {"codes", "learn/train/saved_model"},
    {"codes", "app/cli/arguments/settings"},  // the end of a sentence
};

/// The own files of what is called `name`, all of them in `folder`; every other place must mean something else by it.
void expect_said_once(const std::map<std::string, std::string>& files, const std::string& name,
                      const std::string& folder) {
  const std::string literal = "\"" + name + "\"";
  std::vector<std::string> own;
  for (const auto& file : files) {
    const std::string &path = file.first, &text = file.second;  // Clang 14 captures no bindings
    if (text.find(literal) == text.npos) continue;
    const auto [first, last] = other_meanings.equal_range(name);
    const bool inside = path.starts_with(folder);
    const bool other = std::any_of(first, last, [&](const auto& known) {
      return path.starts_with(known.second) && (!inside || known.second.size() > folder.size());
    });
    if (inside && !other) own.push_back(path);
    else EXPECT_TRUE(other) << literal << " of " << folder << " stands in " << path;
  }
  EXPECT_EQ(own.size(), 1U) << literal << " in " << folder;
}

TEST(KindNames, StandInTheirOwnFileAlone) {
  const auto files = sources({"learn", "app"});  // ops have names of their own below
  ASSERT_GT(files.size(), 200U);
  const std::pair<kinds::KindList, std::string> families[] = {
      {kinds::kind_list(optim::all_optimizers()), "learn/optim/optimizers/"},
      {kinds::kind_list(optim::all_schedules()), "learn/optim/schedules/"},
      {kinds::kind_list(init::all_inits()), "learn/nn/inits/"},
      {kinds::kind_list(loss::all_losses()), "learn/nn/losses/"},
      {kinds::kind_list(metric::all_metrics()), "learn/nn/metrics/"},
      {kinds::kind_list(nn::all_layers()), "learn/nn/layers/"},
      {kinds::kind_list(data::all_encoders()), "learn/data/encoders/"},
  };
  for (const auto& [list, folder] : families) {
    for (const kinds::Kind* kind : list) expect_said_once(files, std::string(kind->name), folder);
  }
}

// Kernels, passes and explanations ask for the op itself. Layers that are named like the op they build are kinds,
// above.
TEST(OpNames, StandInTheirOwnFileAlone) {
  const auto files = sources({"core", "engine", "app"});
  ASSERT_GT(files.size(), 200U);
  for (const Op* op : all_ops()) {
    if (op != &input_op && op != &constant_op) expect_said_once(files, std::string(op->name), "core/ops/");
  }
}

}  // namespace
}  // namespace gradus
