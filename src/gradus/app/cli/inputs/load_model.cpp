#include "gradus/app/cli/inputs/load_model.hpp"

#include "gradus/app/report/numbers.hpp"
#include "gradus/core/base/error.hpp"

namespace gradus::cli {
namespace {

io::Loaded load(const std::string& path, report::Console& console) {
  io::Loaded loaded = io::load_with_notes(path);
  for (const std::string& note : loaded.notes) console.say("note: " + note);
  return loaded;
}

/// "3 of 64 weights in "0.weight", 1 of 8 in "0.bias""
Report not_finite(const std::string& path, const std::vector<io::NotFiniteNumbers>& tensors) {
  constexpr std::size_t most = 5;
  std::string list;
  for (std::size_t i = 0; i < tensors.size() && i < most; ++i) {
    const io::NotFiniteNumbers& one = tensors[i];
    list += (i == 0 ? "" : ", ") + report::grouped(one.count) + " of " + report::grouped(one.of) +
            (i == 0 ? " weights in \"" : " in \"") + printable(one.tensor) + "\"";
  }
  if (tensors.size() > most)
    list += ", and more in " + report::counted(static_cast<std::int64_t>(tensors.size() - most), "tensor");
  return {printable(path), list + " that are not finite (NaN or infinite)",
          "finite weights: what is computed of others is no number either",
          "gradus train again, with a smaller --rate"};
}

}  // namespace

TrainedModel load_model(const std::string& path, report::Console& console) {
  io::Loaded loaded = load(path, console);
  if (!loaded.not_finite.empty()) console.say("warning: " + describe(not_finite(path, loaded.not_finite)));
  return std::move(loaded.model);
}

TrainedModel load_finite_model(const std::string& path, report::Console& console) {
  io::Loaded loaded = load(path, console);
  if (!loaded.not_finite.empty()) throw UserError(Fault::check, not_finite(path, loaded.not_finite));
  return std::move(loaded.model);
}

}  // namespace gradus::cli
