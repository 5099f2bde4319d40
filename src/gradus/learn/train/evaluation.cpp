#include "gradus/learn/train/evaluation.hpp"

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/nearest.hpp"
#include "gradus/core/base/remedy.hpp"
#include "gradus/core/base/rounded.hpp"

namespace gradus {

double Evaluation::at(std::string_view name) const {
  const metric::Result* found = metric::find(metrics, name);
  if (found != nullptr && found->number) return *found->number;
  std::vector<std::string> names;
  std::string all;
  for (const metric::Result& one : metrics) {
    if (!one.number) continue;
    names.push_back(one.name);
    all += (all.empty() ? "" : ", ") + one.name;
  }
  const std::string what = found != nullptr ? metric::describe(*found) : "no metric " + printable(name);
  throw UserError(Fault::usage,
                  Report{"evaluation", what, all.empty() ? "metrics with numbers" : "one of " + all,
                         nearest_or(name, names, names.empty() ? "TrainOptions::metrics" : names.front())});
}

std::string describe(const Evaluation& e) {
  std::string out;
  for (const metric::Result& one : e.metrics) {
    if (one.shown && !one.table) out += metric::describe(one) + ", ";
  }
  out += "loss " + short_number(e.loss) + ", " + std::to_string(e.rows) + (e.rows == 1 ? " row" : " rows");
  if (e.unseen > 0) out += ", " + std::to_string(e.unseen) + " of them of classes that the model does not know";
  return out;
}

}  // namespace gradus
