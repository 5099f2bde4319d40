// Texts: one feature a category, or a single one for two.
#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/encoders/parts.hpp"

namespace gradus::data {
namespace {

constexpr Key keys[] = {{"most",
                         KeyType::whole,
                         "1000",
                         "categories, above which only the frequent ones have a feature of their own",
                         {.low = 1, .high = 100'000}},
                        {"frequent", KeyType::whole, "10", "rows of a frequent one, at least", {.low = 1}}};

void fit(const Keys& of, std::span<const TextCount> texts, const std::string&, EncoderState& state) {
  fit_categories(of, texts, state);
}

std::int64_t width(const Keys&, const EncoderState& state) {
  const std::size_t features = state.categories.size() + (state.other ? 1 : 0);
  return features < 2 ? 0 : static_cast<std::int64_t>(features);
}

void names(const Keys& of, const EncoderState& state, const std::string& column, std::vector<std::string>& out) {
  if (width(of, state) == 0) return;
  for (const std::string& category : state.categories) out.push_back(column + "=" + category);
  if (state.other) out.push_back(column + " is another");
}

void encode(const Keys& of, const EncoderState& state, std::span<const double> cells, std::span<double> out) {
  const auto features = static_cast<std::size_t>(width(of, state));
  if (features == 0) return;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i] >= 0) out[i * features + static_cast<std::size_t>(cells[i])] = 1;
    else if (state.other) out[i * features + features - 1] = 1;
  }
}

double decode(const Keys&, const EncoderState& state, std::span<const double> features) {
  const auto known = features.first(std::min(features.size(), state.categories.size()));
  const auto most = std::max_element(known.begin(), known.end());
  return most == known.end() || *most <= 0 ? -1 : static_cast<double>(most - known.begin());
}

void fit_two(const Keys&, std::span<const TextCount> texts, const std::string& place, EncoderState& state) {
  if (texts.size() > 2) {
    throw UserError(Fault::data, Report{place, std::to_string(texts.size()) + " different texts", "two", "one_hot"});
  }
  state.categories.clear();
  for (const TextCount& one : texts) state.categories.push_back(one.text);
}

std::int64_t width_two(const Keys&, const EncoderState& state) { return state.categories.size() < 2 ? 0 : 1; }

void names_two(const Keys& of, const EncoderState& state, const std::string& column, std::vector<std::string>& out) {
  if (width_two(of, state) > 0) out.push_back(column + "=" + state.categories[1]);
}

void encode_two(const Keys& of, const EncoderState& state, std::span<const double> cells, std::span<double> out) {
  if (width_two(of, state) == 0) return;
  for (std::size_t i = 0; i < cells.size(); ++i) out[i] = cells[i] < 0 ? 0 : 2 * cells[i] - 1;
}

double decode_two(const Keys&, const EncoderState&, std::span<const double> features) {
  return features[0] == 0 ? -1 : features[0] > 0 ? 1 : 0;
}

}  // namespace

extern const EncoderKind one_hot_kind{{"one_hot", "a feature for each category, 1 where it holds, else 0", keys},
                                      Cells::texts,
                                      nullptr,
                                      fit,
                                      width,
                                      names,
                                      encode,
                                      decode};

extern const EncoderKind two_valued_kind{
    {"two_valued", "-1 for the first of two categories, 1 for the second, 0 for any other"},
    Cells::texts,
    nullptr,
    fit_two,
    width_two,
    names_two,
    encode_two,
    decode_two};

void fit_categories(const Keys& of, std::span<const TextCount> texts, EncoderState& state) {
  const auto most = static_cast<std::size_t>(of.whole("most"));
  std::int64_t least = 0;
  if (texts.size() > most) {
    std::vector<std::int64_t> counts;
    for (const TextCount& one : texts) counts.push_back(one.rows);
    std::sort(counts.begin(), counts.end(), std::greater<>());
    least = std::max(of.whole("frequent"), counts[most] + 1);  // whole groups of equal counts, at most `most` in all
  }
  state.categories.clear();
  for (const TextCount& one : texts) {
    if (one.rows >= least) state.categories.push_back(one.text);
  }
  state.other = state.categories.size() < texts.size();
}

kinds::Recipe<EncoderKind> one_hot_encoder() { return kinds::make(one_hot_kind); }

}  // namespace gradus::data
