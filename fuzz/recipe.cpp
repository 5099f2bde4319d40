// Texts and JSON of optimizers, schedules and initializers: whatever is read must print and read back as itself.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/nn/init.hpp"
#include "gradus/learn/nn/layer.hpp"
#include "gradus/learn/nn/loss.hpp"
#include "gradus/learn/optim/optimizer.hpp"
#include "gradus/learn/optim/schedule.hpp"
#include "gradus/learn/train/old_sentence.hpp"

namespace {

using namespace gradus;

void expect_round_trips(const kinds::AnyRecipe& recipe, const kinds::KindList& all) {
  require(kinds::parse_any(kinds::print(recipe), all, "text") == recipe, "a recipe does not read back as it prints");
  require(kinds::parse_any(kinds::print_all(recipe), all, "text") == recipe,
          "a recipe does not read back as it prints");
  const json::Value document = json::parse(json::write(kinds::to_json(recipe)), "json");
  require(kinds::any_from_json(document, all, "json") == recipe, "a recipe does not come back from JSON");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const kinds::KindList families[] = {kinds::kind_list(optim::all_optimizers()),
                                      kinds::kind_list(optim::all_schedules()), kinds::kind_list(init::all_inits()),
                                      kinds::kind_list(loss::all_losses()), kinds::kind_list(nn::all_layers())};
  for (const kinds::KindList& all : families) {
    try {
      expect_round_trips(kinds::parse_any(text, all, "text"), all);
    } catch (const UserError&) {
    }
    try {
      expect_round_trips(kinds::any_from_json(json::parse(text, "json"), all, "json"), all);
    } catch (const UserError&) {
    }
    try {
      expect_round_trips(kinds::parse_any(recipe_of_sentence(text), all, "text"), all);
    } catch (const UserError&) {
    }
  }
  return 0;
}
