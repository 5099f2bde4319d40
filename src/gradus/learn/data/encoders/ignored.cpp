// Columns that are left out, with the reason.
#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/encoders/parts.hpp"

namespace gradus::data {
namespace {

// As the enumeration.
constexpr std::string_view reasons[] = {"asked", "empty", "constant", "counter", "identifier", "code", "text"};
constexpr std::string_view sentences[] = {
    "asked for", "no cell",  "the same in every training row", "counts the rows", "another one in nearly every row",
    "a code",    "free text"};

constexpr Key keys[] = {{"reason", KeyType::word, "asked", "why it is left out", {}, reasons}};

}  // namespace

extern const EncoderKind ignored_kind{
    {"ignored", "no feature: the column is left out", keys},
    Cells::nothing,
    nullptr,
    nullptr,
    [](const Keys&, const EncoderState&) { return std::int64_t{0}; },
    [](const Keys&, const EncoderState&, const std::string&, std::vector<std::string>&) {},
    [](const Keys&, const EncoderState&, std::span<const double>, std::span<double>) {},
    nullptr};

kinds::Recipe<EncoderKind> ignored_encoder(LeftOut why) {
  return kinds::make(ignored_kind, {{"reason", std::string(reasons[static_cast<std::size_t>(why)])}});
}

LeftOut why_ignored(const Encoder& encoder) {
  const std::string& word = encoder.recipe.keys.word("reason");
  return static_cast<LeftOut>(std::find(std::begin(reasons), std::end(reasons), word) - std::begin(reasons));
}

std::string_view describe(LeftOut why) { return sentences[static_cast<std::size_t>(why)]; }

}  // namespace gradus::data
