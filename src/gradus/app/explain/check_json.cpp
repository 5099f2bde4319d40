#include "gradus/app/explain/check_text.hpp"
#include "gradus/app/explain/second.hpp"

namespace gradus::explain {
namespace {

using json::Array;
using json::Object;

const char* verdict(GradientComparison::Verdict verdict) {
  switch (verdict) {
    case GradientComparison::Verdict::agrees: return "agrees";
    case GradientComparison::Verdict::kink: return "kink";
    case GradientComparison::Verdict::cannot_tell: return "cannot_tell";
    case GradientComparison::Verdict::wrong: break;
  }
  return "wrong";
}

/// Indices from 1, one an axis.
std::vector<std::int64_t> indices(const Shape& shape, std::int64_t element) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(shape.rank()));
  for (std::size_t axis = out.size(); axis-- > 0;) {
    const std::int64_t size = shape[static_cast<int>(axis)];
    out[axis] = element % size + 1, element /= size;
  }
  return out;
}

Object part_object(const GradientCheckPart& part) {
  const GradientComparison& worst = part.worst;
  Object out, where;
  out["name"] = part.name, out["elements"] = part.elements, out["checked"] = part.checked;
  out["kinks"] = part.kinks, out["cannot_tell"] = part.cannot_tell, out["wrong"] = part.wrong;
  where["place"] = worst.element < 0 ? worst.place : element_name(part.name, part.shape, worst.element);
  if (worst.element >= 0) where["index"] = indices(part.shape, worst.element);
  where["exact"] = worst.exact, where["numeric"] = worst.numeric, where["numeric_error"] = worst.error;
  where["absolute_error"] = worst.absolute_error(), where["relative_error"] = worst.relative_error();
  where["verdict"] = verdict(worst.verdict);
  if (!worst.because.empty()) where["because"] = worst.because;
  if (part.checked > 0) out["worst"] = std::move(where);
  return out;
}

}  // namespace

Object check_json(Object head, const GradientCheck& check) {
  Array parts;
  for (const GradientCheckPart& part : check.parts) parts.emplace_back(part_object(part));
  head["passed"] = check.passed(), head["verdict"] = verdict(check.verdict()), head["sampled"] = check.sampled();
  head["parts"] = std::move(parts);
  return head;
}

Object sweep_json(Object head, const EpsilonSweep& sweep) {
  Array rows;
  for (const EpsilonError& row : sweep.rows) {
    Object one;
    one["epsilon"] = row.epsilon, one["forward"] = row.forward, one["forward_error"] = row.forward_error;
    one["central"] = row.central, one["central_error"] = row.central_error;
    rows.emplace_back(std::move(one));
  }
  Object out;
  out["exact"] = sweep.exact, out["rows"] = std::move(rows);
  if (!sweep.rows.empty()) {
    out["best_forward"] = sweep.rows[sweep.best_forward].epsilon;
    out["best_central"] = sweep.rows[sweep.best_central].epsilon;
  }
  head["sweep"] = std::move(out);
  return head;
}

}  // namespace gradus::explain
