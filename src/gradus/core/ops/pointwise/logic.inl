// Comparisons, truth values and choice, one struct an op (see arithmetic.inl for how to add one). Truth is u8: 0 or 1.
#ifndef GRADUS_POINTWISE_FUNCTIONS

struct Equal {
  static constexpr Text text{"equal", "1 where a = b, else 0.", "==", "comparisons are flat: no gradient passes",
                             "Equal"};
  static constexpr Signature signature = Signature::compare;
  static constexpr bool commutative = true;
  static auto value(auto a, auto b) { return a == b; }
  static auto slopes(auto, auto, auto) { return Values{Value{}, Value{}}; }
};

struct NotEqual {
  static constexpr Text text{"not_equal", "1 where a and b differ, else 0.",
                             "!=", "comparisons are flat: no gradient passes"};
  static constexpr Signature signature = Signature::compare;
  static constexpr bool commutative = true;
  static auto value(auto a, auto b) { return a != b; }
  static auto slopes(auto, auto, auto) { return Values{Value{}, Value{}}; }
};

struct Less {
  static constexpr Text text{"less", "1 where a < b, else 0.", "<", "comparisons are flat: no gradient passes", "Less"};
  static constexpr Signature signature = Signature::compare;
  static auto value(auto a, auto b) { return a < b; }
  static auto slopes(auto, auto, auto) { return Values{Value{}, Value{}}; }
};

struct LessEqual {
  static constexpr Text text{"less_equal", "1 where a <= b, else 0.", "<=", "comparisons are flat: no gradient passes",
                             "LessOrEqual"};
  static constexpr Signature signature = Signature::compare;
  static auto value(auto a, auto b) { return a <= b; }
  static auto slopes(auto, auto, auto) { return Values{Value{}, Value{}}; }
};

struct Greater {
  static constexpr Text text{"greater", "1 where a > b, else 0.", ">", "comparisons are flat: no gradient passes",
                             "Greater"};
  static constexpr Signature signature = Signature::compare;
  static auto value(auto a, auto b) { return a > b; }
  static auto slopes(auto, auto, auto) { return Values{Value{}, Value{}}; }
};

struct GreaterEqual {
  static constexpr Text text{"greater_equal", "1 where a >= b, else 0.",
                             ">=", "comparisons are flat: no gradient passes", "GreaterOrEqual"};
  static constexpr Signature signature = Signature::compare;
  static auto value(auto a, auto b) { return a >= b; }
  static auto slopes(auto, auto, auto) { return Values{Value{}, Value{}}; }
};

struct LogicalAnd {
  static constexpr Text text{"logical_and", "1 where both are not 0, else 0.", "", "truth values carry no gradient",
                             "And"};
  static constexpr Signature signature = Signature::logic;
  static constexpr bool commutative = true;
  static auto value(auto a, auto b) { return a && b; }
  static auto slopes(auto, auto, auto) { return Values{Value{}, Value{}}; }
};

struct LogicalOr {
  static constexpr Text text{"logical_or", "1 where either is not 0, else 0.", "", "truth values carry no gradient",
                             "Or"};
  static constexpr Signature signature = Signature::logic;
  static constexpr bool commutative = true;
  static auto value(auto a, auto b) { return a || b; }
  static auto slopes(auto, auto, auto) { return Values{Value{}, Value{}}; }
};

struct LogicalNot {
  static constexpr Text text{"logical_not", "1 where x is 0, else 0.", "", "truth values carry no gradient", "Not"};
  static constexpr Signature signature = Signature::logic;
  static auto value(auto x) { return !x; }
  static auto slopes(auto, auto) { return Values{Value{}}; }
};

struct Where {
  static constexpr Text text{"where", "a where the condition is not 0, else b.", "",
                             "where routes the gradient to the input that was chosen", "Where"};
  static constexpr Signature signature = Signature::choose;
  static auto value(auto condition, auto a, auto b) { return select(condition, a, b); }
  static auto slopes(auto condition, auto a, auto, auto) {
    return Values{Value{}, cast(condition, a.dtype()), cast(logical_not(condition), a.dtype())};
  }
};

using Logic = List<Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, LogicalAnd, LogicalOr, LogicalNot, Where>;

#else
inline Value equal(Value a, Value b) { return apply_pointwise<pointwise::Equal>({a, b}); }
inline Value not_equal(Value a, Value b) { return apply_pointwise<pointwise::NotEqual>({a, b}); }
inline Value less(Value a, Value b) { return apply_pointwise<pointwise::Less>({a, b}); }
inline Value less_equal(Value a, Value b) { return apply_pointwise<pointwise::LessEqual>({a, b}); }
inline Value greater(Value a, Value b) { return apply_pointwise<pointwise::Greater>({a, b}); }
inline Value greater_equal(Value a, Value b) { return apply_pointwise<pointwise::GreaterEqual>({a, b}); }
inline Value logical_and(Value a, Value b) { return apply_pointwise<pointwise::LogicalAnd>({a, b}); }
inline Value logical_or(Value a, Value b) { return apply_pointwise<pointwise::LogicalOr>({a, b}); }
inline Value logical_not(Value x) { return apply_pointwise<pointwise::LogicalNot>({x}); }
inline Value where(Value condition, Value a, Value b) { return apply_pointwise<pointwise::Where>({condition, a, b}); }
#endif
