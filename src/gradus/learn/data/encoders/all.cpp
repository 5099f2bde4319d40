// The one list of encoders: a new kind has a file of its own, and its name in both lines here.
#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/encoders/encoder.hpp"

namespace gradus::data {

extern const EncoderKind standard_kind, robust_kind, quantile_kind, log_kind, periodic_kind, piecewise_kind, mixed_kind,
    one_hot_kind, two_valued_kind, codes_kind, date_kind, ignored_kind;

EncoderKinds all_encoders() {
  static constexpr const EncoderKind* all[] = {&standard_kind,   &robust_kind,    &quantile_kind, &log_kind,
                                               &periodic_kind,   &piecewise_kind, &mixed_kind,    &one_hot_kind,
                                               &two_valued_kind, &codes_kind,     &date_kind,     &ignored_kind};
  return all;
}

kinds::Recipe<EncoderKind> parse_encoder(std::string_view text, EncoderKinds own, const std::string& place) {
  return kinds::parse(text, place, all_encoders(), own);
}

std::vector<std::string> Encoder::names(const std::string& column) const {
  std::vector<std::string> out;
  kind().names(recipe.keys, *this, column, out);
  return out;
}

double Encoder::encode(double cell) const {
  double out = 0;
  encode({&cell, 1}, {&out, 1});
  return out;
}

}  // namespace gradus::data
