// The one list of losses: a new kind has a file of its own, and its name in both lines here.
#include <algorithm>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/learn/nn/loss.hpp"

namespace gradus::loss {

extern const LossKind mse_kind, half_squared_kind, half_squared_sum_kind, mae_kind, huber_kind,
    binary_cross_entropy_kind, binary_cross_entropy_with_logits_kind, cross_entropy_kind;

LossKinds all_losses() {
  static constexpr const LossKind* all[] = {&mse_kind,
                                            &half_squared_kind,
                                            &half_squared_sum_kind,
                                            &mae_kind,
                                            &huber_kind,
                                            &binary_cross_entropy_kind,
                                            &binary_cross_entropy_with_logits_kind,
                                            &cross_entropy_kind};
  return all;
}

const Traits& Loss::traits() const {
  static constexpr Traits nothing_known = {}, summed = {.sums = true};
  const bool sums =
      !terms.empty() && std::all_of(terms.begin(), terms.end(), [](const Loss& one) { return one.traits().sums; });
  if (sums) return summed;
  return recipe ? recipe.of().traits : nothing_known;
}

std::string Loss::name() const {
  if (recipe) return kinds::print_all(recipe);
  if (terms.empty()) return own_name;
  std::string out;
  for (const Loss& one : terms) {
    out += (out.empty() ? "" : " + ") + (one.weight == 1 ? "" : print_number(one.weight) + " ") + one.name() + " of " +
           one.target;
  }
  return out;
}

Value columns_of(const Loss& loss, std::size_t i, Value prediction) {
  if (loss.terms.size() < 2) return prediction;
  std::int64_t first = 0;
  for (std::size_t before = 0; before < i; ++before) first += loss.terms[before].columns;
  return slice(prediction, 1, first, first + loss.terms[i].columns);
}

Value Loss::finish(Value output) const {
  if (terms.empty()) return traits().finish != nullptr ? traits().finish(output) : output;
  Values parts;
  bool any = false;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    any = any || terms[i].traits().finish != nullptr;
    parts.push_back(terms[i].finish(columns_of(*this, i, output)));
  }
  return any ? concatenate(parts, 1) : output;
}

Loss custom(std::string name, std::function<Value(Value prediction, Value target)> build) {
  return {.own_name = std::move(name), .own = std::move(build)};
}

Loss parse_loss(std::string_view text, LossKinds own, const std::string& place) {
  return {kinds::parse(text, place, all_losses(), own)};
}

Loss loss(std::string_view name, std::initializer_list<kinds::Given> keys, LossKinds own) {
  const kinds::Kind& kind = kinds::find_kind(name, kinds::kind_list(all_losses(), own), "loss");
  return {kinds::Recipe<LossKind>(kinds::make_any(kind, std::span(keys.begin(), keys.size())))};
}

}  // namespace gradus::loss
