#include "gradus/learn/train/old_sentence.hpp"

#include <algorithm>
#include <array>

namespace gradus {
namespace {

/// "betas 0.9 0.999" becomes "beta1 0.9 beta2 0.999": each {} of `recipe` stands for the next number.
struct Phrase {
  std::string_view words, recipe;
};
constexpr std::array<Phrase, 9> parts{{{"learning rate ", "rate {}"},
                                       {"Nesterov momentum ", "momentum {} nesterov"},
                                       {"momentum ", "momentum {}"},
                                       {"dampening ", "dampening {}"},
                                       {"betas ", "beta1 {} beta2 {}"},
                                       {"epsilon ", "epsilon {}"},
                                       {"weight decay ", "weight_decay {}"},
                                       {"warm-up ", "warm_up {}"},
                                       {"final ", "final {}"}}};

const Phrase* part_of(std::string_view text) {
  const auto found =
      std::find_if(parts.begin(), parts.end(), [&](const Phrase& part) { return text.starts_with(part.words); });
  return found != parts.end() ? &*found : nullptr;
}

std::string filled(const Phrase& part, std::string_view text) {
  std::string out(part.recipe);
  text.remove_prefix(part.words.size());
  for (std::size_t at = out.find("{}"); at != std::string::npos; at = out.find("{}", at)) {
    const std::size_t end = std::min(text.find(' '), text.size());
    out.replace(at, 2, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::string recipe_of_sentence(std::string_view sentence) {
  constexpr std::string_view comma = ", ";
  std::size_t at = sentence.find(comma);
  if (at == std::string_view::npos) return std::string(sentence);
  std::string out(sentence.substr(0, at));
  while (at != std::string_view::npos) {
    at += comma.size();
    const std::size_t end = sentence.find(comma, at);
    const std::string_view text = sentence.substr(at, end == std::string_view::npos ? end : end - at);
    const Phrase* part = part_of(text);
    if (part == nullptr) return std::string(sentence);
    out += " " + filled(*part, text);
    at = end;
  }
  // These sentences left out what is 0, which is not the default of every optimizer that has betas.
  if (out.find(" beta1 ") != std::string::npos && out.find(" weight_decay ") == std::string::npos)
    out += " weight_decay 0";
  return out;
}

}  // namespace gradus
