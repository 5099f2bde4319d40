// The one list of losses: a new kind has a file of its own, and its name in both lines here.
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
  static constexpr Traits nothing_known = {};
  return recipe ? recipe.of().traits : nothing_known;
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
