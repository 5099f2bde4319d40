// Numbers by their mean and deviation.
#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/encoders/parts.hpp"
#include "gradus/learn/data/table.hpp"

namespace gradus::data {
namespace {

void fit(const Keys&, std::span<const double> cells, const std::string& place, EncoderState& state) {
  state.scaling = fit_scaling(cells, place);
}

void encode(const Keys&, const EncoderState& state, std::span<const double> cells, std::span<double> out) {
  for (std::size_t i = 0; i < cells.size(); ++i) out[i] = state.scaling.encode(cells[i]);
}

double decode(const Keys&, const EncoderState& state, std::span<const double> features) {
  return state.scaling.decode(features[0]);
}

constexpr Key log_keys[] = {{"offset", KeyType::number, "0", "added before the logarithm is taken"}};

void fit_log(const Keys& of, std::span<const double> cells, const std::string& place, EncoderState& state) {
  const double offset = of.number("offset");
  std::vector<double> logs;
  for (const double x : cells) {
    if (!(x + offset > 0)) {
      throw UserError(Fault::data, Report{place, "the number " + number_text(x) + ", which has no logarithm",
                                          "numbers above " + number_text(-offset), "standard"});
    }
    logs.push_back(std::log(x + offset));
  }
  state.scaling = fit_scaling(logs, place);
  const auto [least, most] = std::minmax_element(cells.begin(), cells.end());
  state.scaling.minimum = *least, state.scaling.maximum = *most;  // in the units of the data
}

void encode_log(const Keys& of, const EncoderState& state, std::span<const double> cells, std::span<double> out) {
  const double offset = of.number("offset");
  for (std::size_t i = 0; i < cells.size(); ++i) out[i] = state.scaling.encode(std::log(cells[i] + offset));
}

double decode_log(const Keys& of, const EncoderState& state, std::span<const double> features) {
  return std::exp(state.scaling.decode(features[0])) - of.number("offset");
}

}  // namespace

extern const EncoderKind standard_kind{
    {"standard", "(x - mean) / deviation of the training rows, as scikit-learn's StandardScaler"},
    Cells::numbers,
    fit,
    nullptr,
    one_feature,
    column_name,
    encode,
    decode};

extern const EncoderKind log_kind{
    {"log", "the natural logarithm, then as standard: for skewed numbers above 0", log_keys},
    Cells::numbers,
    fit_log,
    nullptr,
    one_feature,
    column_name,
    encode_log,
    decode_log};

kinds::Recipe<EncoderKind> standard_encoder() { return kinds::make(standard_kind); }
kinds::Recipe<EncoderKind> log_encoder(double offset) { return kinds::make(log_kind, {{"offset", offset}}); }

}  // namespace gradus::data
