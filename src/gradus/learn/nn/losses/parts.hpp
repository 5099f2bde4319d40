// What several losses have in common.
#pragma once

#include "gradus/learn/nn/loss.hpp"

namespace gradus::loss {

using kinds::Key;
using kinds::Keys;
using kinds::KeyType;

[[noreturn]] void refuse(const kinds::Kind& loss, Value prediction, Value target, const std::string& expected);

/// Losses on elements want equal shapes: broadcasting [rows] against [rows, 1] would be a silent mistake.
void require_same(const kinds::Kind& loss, Value prediction, Value target);

/// prediction - target, of one type.
Value difference(const kinds::Kind& loss, Value prediction, Value target);

/// Sum over everything, divided by the rows.
Value mean_of_rows(Value x);

}  // namespace gradus::loss
