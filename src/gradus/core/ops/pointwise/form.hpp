// What a pointwise op's struct states beside its formula. The structs themselves stand in the *.inl files, which are
// included once by pointwise.hpp for plain numbers and once per instruction set by the vector kernels.
#pragma once

#include <string_view>

namespace gradus::pointwise {

/// Dtypes in and out. A formula sees numbers of one type T, and truth values (bool or a mask) where u8 stands.
enum class Signature {
  floating,  // T... -> T, T floating
  numeric,   // T... -> T, any T
  compare,   // T, T -> u8
  logic,     // u8... -> u8
  choose,    // u8, T, T -> T
};

struct Text {
  std::string_view name, doc;
  std::string_view infix = {}, rule = {}, onnx = {};
};

/// Where samples of an input are drawn.
struct Range {
  double low = -2, high = 2;
};

/// The ops of a list, in order.
template <class... Ops> struct List {};

template <class... A, class... B> List<A..., B...> operator+(List<A...>, List<B...>);

}  // namespace gradus::pointwise
