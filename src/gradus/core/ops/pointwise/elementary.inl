// Elementary functions and roundings, one struct an op (see arithmetic.inl for how to add one).
#ifndef GRADUS_POINTWISE_FUNCTIONS

struct Exp {
  static constexpr Text text{"exp", "e to the power x.", "", "exp: the gradient times the output", "Exp"};
  static constexpr Signature signature = Signature::floating;
  static auto value(auto x) { return exp(x); }
  static auto slopes(auto, auto y) { return Values{y}; }
};

struct Expm1 {
  static constexpr Text text{"expm1", "e^x - 1, exact near 0.", "", "expm1: the gradient times e^x"};
  static constexpr Signature signature = Signature::floating;
  static auto value(auto x) { return expm1(x); }
  static auto slopes(auto, auto y) { return Values{y + 1.0}; }
};

struct Log {
  static constexpr Text text{"log", "Natural logarithm of x.", "", "log: the gradient times 1/x", "Log"};
  static constexpr Signature signature = Signature::floating;
  static constexpr Range ranges[] = {{0.2, 4}};
  static auto value(auto x) { return log(x); }
  static auto slopes(auto x, auto) { return Values{1.0 / x}; }
};

struct Log1p {
  static constexpr Text text{"log1p", "ln(1 + x), exact near 0.", "", "log1p: the gradient times 1/(1 + x)"};
  static constexpr Signature signature = Signature::floating;
  static constexpr Range ranges[] = {{-0.7, 3}};
  static auto value(auto x) { return log1p(x); }
  static auto slopes(auto x, auto) { return Values{1.0 / (x + 1.0)}; }
};

struct Sin {
  static constexpr Text text{"sin", "Sine of x (radians).", "", "sin: the gradient times cos x", "Sin"};
  static constexpr Signature signature = Signature::floating;
  static auto value(auto x) { return sin(x); }
  static auto slopes(auto x, auto) { return Values{cos(x)}; }
};

struct Cos {
  static constexpr Text text{"cos", "Cosine of x (radians).", "", "cos: the gradient times -sin x", "Cos"};
  static constexpr Signature signature = Signature::floating;
  static auto value(auto x) { return cos(x); }
  static auto slopes(auto x, auto) { return Values{-sin(x)}; }
};

struct Erf {
  static constexpr Text text{"erf", "Error function, 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x.", "",
                             "erf: the gradient times 2/sqrt(pi) e^(-x^2)", "Erf"};
  static constexpr Signature signature = Signature::floating;
  static auto value(auto x) { return erf(x); }
  static auto slopes(auto x, auto) { return Values{1.1283791670955126 * exp(-square(x))}; }
};

struct Sign {
  static constexpr Text text{"sign", "-1, 0 or 1.", "", "sign is flat: no gradient passes", "Sign"};
  static constexpr Signature signature = Signature::floating;
  static constexpr double kinks[] = {0};
  static auto value(auto x) {
    const auto zero = like(x, 0);
    return select(x > zero, like(x, 1), select(x < zero, like(x, -1), x));
  }
  static auto slopes(auto, auto) { return Values{Value{}}; }
};

struct Floor {
  static constexpr Text text{"floor", "The largest whole number not above x.", "", "floor is flat: no gradient passes",
                             "Floor"};
  static constexpr Signature signature = Signature::floating;
  static constexpr double kinks[] = {-2, -1, 0, 1, 2};
  static auto value(auto x) { return floor(x); }
  static auto slopes(auto, auto) { return Values{Value{}}; }
};

struct Round {
  static constexpr Text text{"round", "The nearest whole number, halves to even.", "",
                             "round is flat: no gradient passes", "Round"};
  static constexpr Signature signature = Signature::floating;
  static constexpr double kinks[] = {-1.5, -0.5, 0.5, 1.5};
  static auto value(auto x) { return round(x); }
  static auto slopes(auto, auto) { return Values{Value{}}; }
};

struct StopGradient {
  static constexpr Text text{"stop_gradient", "x, but no gradient passes.", "", "stop_gradient: nothing passes"};
  static constexpr Signature signature = Signature::numeric;
  static constexpr bool differentiable = false;
  static auto value(auto x) { return x; }
  static auto slopes(auto, auto) { return Values{Value{}}; }
};

using Elementary = List<Exp, Expm1, Log, Log1p, Sin, Cos, Erf, Sign, Floor, Round, StopGradient>;

#else
inline Value exp(Value x) { return apply_pointwise<pointwise::Exp>({x}); }
inline Value expm1(Value x) { return apply_pointwise<pointwise::Expm1>({x}); }
inline Value log(Value x) { return apply_pointwise<pointwise::Log>({x}); }
inline Value log1p(Value x) { return apply_pointwise<pointwise::Log1p>({x}); }
inline Value sin(Value x) { return apply_pointwise<pointwise::Sin>({x}); }
inline Value cos(Value x) { return apply_pointwise<pointwise::Cos>({x}); }
inline Value erf(Value x) { return apply_pointwise<pointwise::Erf>({x}); }
inline Value sign(Value x) { return apply_pointwise<pointwise::Sign>({x}); }
inline Value floor(Value x) { return apply_pointwise<pointwise::Floor>({x}); }
inline Value round(Value x) { return apply_pointwise<pointwise::Round>({x}); }
inline Value stop_gradient(Value x) { return apply_pointwise<pointwise::StopGradient>({x}); }
#endif
