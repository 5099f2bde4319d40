// Whether numbers are finite, whatever their type.
#pragma once

#include <cmath>

#include "gradus/core/tensor/tensor.hpp"

namespace gradus {

inline bool all_finite(ConstView view) {
  if (!is_floating(view.dtype())) return true;
  return visit_floating(view.dtype(), [&]<class T>(std::type_identity<T>) {
    for (T x : view.as<T>()) {
      if (!std::isfinite(x)) return false;
    }
    return true;
  });
}

}  // namespace gradus
