// Texts as numbers of their categories, for layers that look them up.
#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/encoders/parts.hpp"

namespace gradus::data {
namespace {

constexpr Key keys[] = {{"most",
                         KeyType::whole,
                         "100000",
                         "categories, above which only the frequent ones have a code of their own",
                         {.low = 1, .high = 10'000'000}},
                        {"frequent", KeyType::whole, "10", "rows of a frequent one, at least", {.low = 1}}};

void fit(const Keys& of, std::span<const TextCount> texts, const std::string&, EncoderState& state) {
  fit_categories(of, texts, state);
}

/// 0: the same in every row.
std::int64_t width(const Keys&, const EncoderState& state) {
  return state.categories.size() + (state.other ? 1 : 0) < 2 ? 0 : 1;
}

void names(const Keys& of, const EncoderState& state, const std::string& column, std::vector<std::string>& out) {
  if (width(of, state) > 0) out.push_back(column);
}

void encode(const Keys& of, const EncoderState& state, std::span<const double> cells, std::span<double> out) {
  if (width(of, state) == 0) return;
  const auto others = static_cast<double>(state.categories.size());
  for (std::size_t i = 0; i < cells.size(); ++i) out[i] = cells[i] >= 0 ? cells[i] : others;
}

double decode(const Keys&, const EncoderState& state, std::span<const double> features) {
  const double code = std::round(features[0]);
  return code >= 0 && code < static_cast<double>(state.categories.size()) ? code : -1;
}

}  // namespace

extern const EncoderKind codes_kind{
    {"codes", "the number of the category, from 0, as an embedding takes it; all others have the next one", keys},
    Cells::texts,
    nullptr,
    fit,
    width,
    names,
    encode,
    decode,
    nullptr,
    true};

kinds::Recipe<EncoderKind> codes_encoder() { return kinds::make(codes_kind); }

}  // namespace gradus::data
