// Activation functions, one struct an op (see arithmetic.inl for how to add one). Kinks: the slope at 0 is 0 for relu,
// the slope of the negative side for leaky_relu and elu.
#ifndef GRADUS_POINTWISE_FUNCTIONS

struct Sigmoid {
  static constexpr Text text{"sigmoid", "1 / (1 + e^-x).", "", "sigmoid: the gradient times y (1 - y)", "Sigmoid"};
  static constexpr Signature signature = Signature::floating;
  // e^-|x| never overflows.
  static auto value(auto x) {
    const auto e = exp(-abs(x)), one = like(x, 1);
    return select(x >= like(x, 0), one, e) / (one + e);
  }
  static auto slopes(auto, auto y) { return Values{y * (1.0 - y)}; }
};

struct Tanh {
  static constexpr Text text{"tanh", "Hyperbolic tangent of x.", "", "tanh: the gradient times 1 - y^2", "Tanh"};
  static constexpr Signature signature = Signature::floating;
  static auto value(auto x) { return tanh(x); }
  static auto slopes(auto, auto y) { return Values{1.0 - square(y)}; }
};

struct Step {
  static constexpr Text text{"step", "1 where x > 0, else 0.", "", "step is flat: no gradient passes"};
  static constexpr Signature signature = Signature::floating;
  static constexpr double kinks[] = {0};
  static auto value(auto x) { return select(x > like(x, 0), like(x, 1), like(x, 0)); }
  static auto slopes(auto, auto) { return Values{Value{}}; }
};

struct Relu {
  static constexpr Text text{"relu", "x where x > 0, else 0.", "", "relu passes the gradient where x > 0; 0 at 0",
                             "Relu"};
  static constexpr Signature signature = Signature::floating;
  static constexpr double kinks[] = {0};
  // NaN stays NaN.
  static auto value(auto x) { return select(x < like(x, 0), like(x, 0), x); }
  static auto slopes(auto x, auto) { return Values{step(x)}; }
};

struct LeakyRelu {
  static constexpr Text text{"leaky_relu", "x where x > 0, else a x; PReLU when a is learned.", "",
                             "leaky_relu: the gradient where x > 0, a times it elsewhere; x where x <= 0 to a"};
  static constexpr Signature signature = Signature::floating;
  static constexpr Range ranges[] = {{-2, 2}, {0.01, 0.5}};
  static constexpr double kinks[] = {0};
  static auto value(auto x, auto a) { return select(x > like(x, 0), x, a * x); }
  static auto slopes(auto x, auto a, auto) {
    const auto zero = constant_like(x, 0), positive = greater(x, zero);
    return Values{where(positive, constant_like(x, 1), a), where(positive, zero, x)};
  }
};

struct Elu {
  static constexpr Text text{"elu", "x where x > 0, else a (e^x - 1).", "",
                             "elu: the gradient where x > 0, y + a times it elsewhere"};
  static constexpr Signature signature = Signature::floating;
  static constexpr Range ranges[] = {{-2, 2}, {0.5, 1.5}};
  static constexpr double kinks[] = {0};
  static auto value(auto x, auto a) { return select(x > like(x, 0), x, a * expm1(x)); }
  // expm1 of min(x, 0): the branch that is not taken must not overflow into 0 * inf.
  static auto slopes(auto x, auto a, auto y) {
    const auto zero = constant_like(x, 0), positive = greater(x, zero);
    return Values{where(positive, constant_like(x, 1), y + a), where(positive, zero, expm1(minimum(x, zero)))};
  }
};

struct Selu {
  static constexpr Text text{"selu", "1.0507 x where x > 0, else 1.7581 (e^x - 1) (Klambauer et al. 2017).", "",
                             "selu: 1.0507 times the gradient where x > 0, y + 1.7581 times it elsewhere", "Selu"};
  static constexpr Signature signature = Signature::floating;
  static constexpr double kinks[] = {0};
  static constexpr double scale = 1.0507009873554804934, alpha = 1.6732632423543772848;
  static auto value(auto x) { return select(x > like(x, 0), like(x, scale) * x, like(x, scale * alpha) * expm1(x)); }
  static auto slopes(auto x, auto y) {
    return Values{where(greater(x, constant_like(x, 0)), constant_like(x, scale), y + scale * alpha)};
  }
};

struct Gelu {
  static constexpr Text text{"gelu", "x times the normal distribution function of x.", "",
                             "gelu: the gradient times P(x) + x p(x), p the normal density"};
  static constexpr Signature signature = Signature::floating;
  static auto value(auto x) { return like(x, 0.5) * x * (like(x, 1) + erf(x * like(x, 0.70710678118654752440))); }
  static auto slopes(auto x, auto) {
    const auto distribution = 0.5 * (1.0 + erf(0.70710678118654752440 * x));
    return Values{distribution + 0.39894228040143267794 * x * exp(-0.5 * square(x))};
  }
};

struct GeluTanh {
  static constexpr Text text{"gelu_tanh", "x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).", "",
                             "gelu_tanh: the gradient times the slope of its formula"};
  static constexpr Signature signature = Signature::floating;
  static constexpr double scale = 0.79788456080286535588, cubic = 0.044715;
  static auto value(auto x) {
    return like(x, 0.5) * x * (like(x, 1) + tanh(like(x, scale) * (x + like(x, cubic) * x * x * x)));
  }
  // tanh is 1 long before 50; beyond, its cube would overflow into 0 * inf.
  static auto slopes(auto x, auto) {
    const auto near = clamp(x, -50.0, 50.0);
    const auto t = tanh(scale * (near + cubic * near * square(near)));
    const auto inner = scale * (1.0 + 3 * cubic * square(near));
    return Values{0.5 * (1.0 + t) + 0.5 * x * (1.0 - square(t)) * inner};
  }
};

struct Silu {
  static constexpr Text text{"silu", "x sigmoid(x).", "", "silu: the gradient times s (1 + x (1 - s)), s = sigmoid(x)"};
  static constexpr Signature signature = Signature::floating;
  static auto value(auto x) {
    const auto e = exp(-abs(x)), one = like(x, 1);
    return x * (select(x >= like(x, 0), one, e) / (one + e));
  }
  static auto slopes(auto x, auto) {
    const auto s = sigmoid(x);
    return Values{s * (1.0 + x * (1.0 - s))};
  }
};

struct Softplus {
  static constexpr Text text{"softplus", "ln(1 + e^x).", "", "softplus: the gradient times sigmoid(x)", "Softplus"};
  static constexpr Signature signature = Signature::floating;
  // max(x, 0) + ln(1 + e^-|x|) never overflows.
  static auto value(auto x) { return select(x > like(x, 0), x, like(x, 0)) + log1p(exp(-abs(x))); }
  static auto slopes(auto x, auto) { return Values{sigmoid(x)}; }
};

using Activations = List<Sigmoid, Tanh, Step, Relu, LeakyRelu, Elu, Selu, Gelu, GeluTanh, Silu, Softplus>;

#else
inline Value sigmoid(Value x) { return apply_pointwise<pointwise::Sigmoid>({x}); }
inline Value tanh(Value x) { return apply_pointwise<pointwise::Tanh>({x}); }
inline Value step(Value x) { return apply_pointwise<pointwise::Step>({x}); }
inline Value relu(Value x) { return apply_pointwise<pointwise::Relu>({x}); }
inline Value leaky_relu(Value x, Value slope) { return apply_pointwise<pointwise::LeakyRelu>({x, slope}); }
inline Value leaky_relu(Value x, double slope = 0.01) { return leaky_relu(x, constant_like(x, slope)); }
/// PReLU is leaky ReLU with a learned slope.
inline Value prelu(Value x, Value slope) { return leaky_relu(x, slope); }
inline Value elu(Value x, Value alpha) { return apply_pointwise<pointwise::Elu>({x, alpha}); }
inline Value elu(Value x, double alpha = 1) { return elu(x, constant_like(x, alpha)); }
inline Value selu(Value x) { return apply_pointwise<pointwise::Selu>({x}); }
inline Value gelu(Value x) { return apply_pointwise<pointwise::Gelu>({x}); }
inline Value gelu_tanh(Value x) { return apply_pointwise<pointwise::GeluTanh>({x}); }
inline Value silu(Value x) { return apply_pointwise<pointwise::Silu>({x}); }
inline Value softplus(Value x) { return apply_pointwise<pointwise::Softplus>({x}); }
#endif
