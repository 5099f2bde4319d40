#include "gradus/learn/train/history.hpp"

#include <array>
#include <utility>

namespace gradus {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> rules{{
    {"epochs", "all epochs are done"},
    {"steps", "the limit of steps is reached"},
    {"time", "the time is up"},
    {"tolerance", "the weights moved less than the tolerance"},
    {"target_loss", "the target loss is reached"},
    {"patience", "the validation loss has not improved for as many epochs as the patience"},
    {"request", "it was asked to stop"},
    {"diverged", "the loss is not finite"},
}};

}  // namespace

std::string_view name(StoppedBy rule) { return rules[static_cast<std::size_t>(rule)].first; }
std::string_view describe(StoppedBy rule) { return rules[static_cast<std::size_t>(rule)].second; }

}  // namespace gradus
