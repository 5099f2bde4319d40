// Arithmetic, one struct an op. To add an op: its struct, its name in the list, its C++ function (docs/extend.md).
// No include guard: included once per instruction set, inside its namespace.
#ifndef GRADUS_POINTWISE_FUNCTIONS

struct Add {
  static constexpr Text text{"add", "a + b.", "+", "add distributes: each input gets the gradient as it is", "Add"};
  static constexpr Signature signature = Signature::numeric;
  static constexpr bool commutative = true;
  static auto value(auto a, auto b) { return a + b; }
  static auto slopes(auto a, auto, auto) { return Values{constant_like(a, 1), constant_like(a, 1)}; }
};

struct Subtract {
  static constexpr Text text{"subtract", "a - b.", "-",
                             "subtract distributes: the first input gets the gradient, the second its negative", "Sub"};
  static constexpr Signature signature = Signature::numeric;
  static auto value(auto a, auto b) { return a - b; }
  static auto slopes(auto a, auto, auto) { return Values{constant_like(a, 1), constant_like(a, -1)}; }
};

struct Multiply {
  static constexpr Text text{"multiply", "a times b.", "*",
                             "multiply swaps: each input gets the gradient times the other", "Mul"};
  static constexpr Signature signature = Signature::numeric;
  static constexpr bool commutative = true;
  static auto value(auto a, auto b) { return a * b; }
  static auto slopes(auto a, auto b, auto) { return Values{b, a}; }
};

struct Divide {
  static constexpr Text text{"divide", "a / b.", "/", "divide: the gradient times 1/b, and times -(a/b)/b", "Div"};
  static constexpr Signature signature = Signature::floating;
  static constexpr Range ranges[] = {{-2, 2}, {0.5, 2}};
  static auto value(auto a, auto b) { return a / b; }
  static auto slopes(auto, auto b, auto y) { return Values{1.0 / b, -(y / b)}; }
};

struct Negate {
  static constexpr Text text{"negate", "-x.", "", "negate turns the sign of the gradient", "Neg"};
  static constexpr Signature signature = Signature::floating;
  static auto value(auto x) { return -x; }
  static auto slopes(auto x, auto) { return Values{constant_like(x, -1)}; }
};

struct Power {
  static constexpr Text text{"power", "a to the power b.", "^",
                             "power: the gradient times b a^(b-1), and times y ln a for the exponent", "Pow"};
  static constexpr Signature signature = Signature::floating;
  static constexpr Range ranges[] = {{0.3, 2}, {-2, 2}};
  static auto value(auto a, auto b) { return pow(a, b); }
  // At b = 0 the slope is 0 even where a = 0; at a = 0 the power does not move with a positive exponent. The inner
  // where keeps 0 * inf out of derivatives of these slopes: its branch that is not taken is finite.
  static auto slopes(auto a, auto b, auto y) {
    const auto zero = constant_like(a, 0), one = constant_like(a, 1), at_zero = equal(a, zero);
    const auto flat = logical_and(at_zero, equal(b, zero));
    const auto fixed = uniform_constant(b.node());
    const auto base = fixed && *fixed == 0   ? zero
                      : fixed && *fixed == 2 ? b * a
                      : fixed                ? b * pow(a, *fixed - 1)
                                             : where(flat, zero, b * pow(where(flat, one, a), b - 1.0));
    return Values{base, where(at_zero, zero, y * log(where(at_zero, one, a)))};
  }
};

struct Square {
  static constexpr Text text{"square", "x times x.", "", "square: the gradient times 2x"};
  static constexpr Signature signature = Signature::numeric;
  static auto value(auto x) { return x * x; }
  static auto slopes(auto x, auto) { return Values{2.0 * x}; }
};

struct Sqrt {
  static constexpr Text text{"sqrt", "Square root of x.", "", "sqrt: the gradient times 1/(2 sqrt x)", "Sqrt"};
  static constexpr Signature signature = Signature::floating;
  static constexpr Range ranges[] = {{0.1, 4}};
  static auto value(auto x) { return sqrt(x); }
  static auto slopes(auto, auto y) { return Values{0.5 / y}; }
};

struct Abs {
  static constexpr Text text{"abs", "x without its sign.", "", "abs: the gradient times the sign of x; 0 at 0", "Abs"};
  static constexpr Signature signature = Signature::floating;
  static constexpr double kinks[] = {0};
  static auto value(auto x) { return abs(x); }
  static auto slopes(auto x, auto) { return Values{sign(x)}; }
};

struct Minimum {
  static constexpr Text text{"minimum", "The smaller of a and b; NaN if either is.", "",
                             "min routes the gradient to the smaller input; at a tie half to each", "Min"};
  static constexpr Signature signature = Signature::numeric;
  static constexpr bool commutative = true;
  static auto value(auto a, auto b) { return select(is_nan(a), a, select(is_nan(b), b, select(b < a, b, a))); }
  static auto slopes(auto a, auto b, auto) {
    const auto tie = 0.5 * cast(equal(a, b), a.dtype());
    return Values{cast(less(a, b), a.dtype()) + tie, cast(less(b, a), a.dtype()) + tie};
  }
};

struct Maximum {
  static constexpr Text text{"maximum", "The larger of a and b; NaN if either is.", "",
                             "max routes the gradient to the larger input; at a tie half to each", "Max"};
  static constexpr Signature signature = Signature::numeric;
  static constexpr bool commutative = true;
  static auto value(auto a, auto b) { return select(is_nan(a), a, select(is_nan(b), b, select(a < b, b, a))); }
  static auto slopes(auto a, auto b, auto) {
    const auto tie = 0.5 * cast(equal(a, b), a.dtype());
    return Values{cast(greater(a, b), a.dtype()) + tie, cast(greater(b, a), a.dtype()) + tie};
  }
};

struct Clamp {
  static constexpr Text text{"clamp", "x kept within [low, high].", "",
                             "clamp passes the gradient to x inside the bounds, to the bound outside"};
  static constexpr Signature signature = Signature::numeric;
  static constexpr Range ranges[] = {{-2, 2}, {-1, -0.5}, {0.5, 1}};
  static auto value(auto x, auto low, auto high) { return select(x < low, low, select(x > high, high, x)); }
  static auto slopes(auto x, auto low, auto high, auto) {
    const auto below = less(x, low), above = greater(x, high);
    return Values{cast(logical_not(logical_or(below, above)), x.dtype()), cast(below, x.dtype()),
                  cast(above, x.dtype())};
  }
};

using Arithmetic = List<Add, Subtract, Multiply, Divide, Negate, Power, Square, Sqrt, Abs, Minimum, Maximum, Clamp>;

#else
// How C++ writes them (namespace gradus). + - * / and unary - are in operators.hpp.
inline Value pow(Value a, Value b) { return apply_pointwise<pointwise::Power>({a, b}); }
inline Value pow(Value a, double b) { return pow(a, constant_like(a, b)); }
inline Value square(Value x) { return apply_pointwise<pointwise::Square>({x}); }
inline Value sqrt(Value x) { return apply_pointwise<pointwise::Sqrt>({x}); }
inline Value abs(Value x) { return apply_pointwise<pointwise::Abs>({x}); }
inline Value minimum(Value a, Value b) { return apply_pointwise<pointwise::Minimum>({a, b}); }
inline Value maximum(Value a, Value b) { return apply_pointwise<pointwise::Maximum>({a, b}); }
inline Value clamp(Value x, Value low, Value high) { return apply_pointwise<pointwise::Clamp>({x, low, high}); }
inline Value clamp(Value x, double low, double high) { return clamp(x, constant_like(x, low), constant_like(x, high)); }
#endif
