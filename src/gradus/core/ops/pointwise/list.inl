// All pointwise structs and their one list. Included in the namespace of each instruction set, and by pointwise.hpp.
#include "gradus/core/ops/pointwise/activations.inl"
#include "gradus/core/ops/pointwise/arithmetic.inl"
#include "gradus/core/ops/pointwise/elementary.inl"
#include "gradus/core/ops/pointwise/logic.inl"
#ifndef GRADUS_POINTWISE_FUNCTIONS
using All = decltype(Arithmetic{} + Elementary{} + Activations{} + Logic{});
#endif
