#include "gradus/engine/cpu/kernels/asmjit/write_node.hpp"

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/core/ops/softmax.hpp"

namespace gradus::jit {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

using Inputs = std::span<const Lanes>;

Lanes made(const Shape& shape, Form form, std::vector<int> vectors) {
  Lanes out{.shape = shape, .form = form, .stored = shape.count(), .vectors = std::move(vectors)};
  out.everywhere = shape.count() == 1;
  return out;
}

/// f(inputs of vector q) for all vectors of a tensor that the inputs broadcast to.
Lanes elementwise(Code& code, const Shape& shape, Form form, Inputs inputs, const std::function<int(const int*)>& f) {
  std::vector<Lanes> views;
  for (const Lanes& input : inputs) views.push_back(broadcast_view(input, shape));
  std::vector<int> vectors;
  for (std::int64_t q = 0; q * width < shape.count(); ++q) {
    std::vector<int> in;
    for (const Lanes& v : views) in.push_back(fetch(code, v, consecutive(shape.count(), q)));
    vectors.push_back(f(in.data()));
  }
  return made(shape, form, std::move(vectors));
}

// ---- products

struct Product {
  std::int64_t m, n, k;
  const Lanes &a, &b;
  std::int64_t in_a(std::int64_t row, std::int64_t depth) const { return row * k + depth; }
  std::int64_t in_b(std::int64_t depth, std::int64_t column) const { return depth * n + column; }
};

/// A vector of results is the sum over depth of rows' numbers times columns' numbers.
Elements rows_of(const Product& p, std::int64_t q, std::int64_t depth, bool of_b) {
  Elements out;
  out.fill(any);
  for (int lane = 0; lane < width; ++lane) {
    const std::int64_t element = p.m * p.n == 1 ? 0 : q * width + lane;
    if (element >= p.m * p.n) continue;
    out[at(lane)] = of_b ? p.in_b(depth, element % p.n) : p.in_a(element / p.n, depth);
  }
  return out;
}

/// 16 numbers of a row of a, or of a column of b.
Elements along_depth(const Product& p, std::int64_t index, std::int64_t chunk, bool of_b) {
  Elements out;
  for (int lane = 0; lane < width; ++lane) {
    const std::int64_t depth = chunk * width + lane;
    out[at(lane)] = depth >= p.k ? any : of_b ? p.in_b(depth, index) : p.in_a(index, depth);
  }
  return out;
}

int product(Code& code, int sum, int a, int b) {
  const Numbers x{&code, a}, y{&code, b};
  return sum < 0 ? (x * y).line : multiply_add(x, y, Numbers{&code, sum}).line;
}

/// Terms of a sum by turns in several sums, so that one need not wait for another.
class Sums {
 public:
  Sums(Code& code, std::size_t count) : code_(code), sums_(count, -1) {}
  void add_product(int a, int b) {
    int& sum = sums_[next_++ % sums_.size()];
    sum = product(code_, sum, a, b);
  }
  int total() const {
    int sum = -1;
    for (const int part : sums_) {
      if (part >= 0) sum = sum < 0 ? part : (Numbers{&code_, sum} + Numbers{&code_, part}).line;
    }
    return sum;
  }

 private:
  Code& code_;
  std::vector<int> sums_;
  std::size_t next_ = 0;
};

std::size_t sums_for(std::int64_t terms, std::int64_t others) {
  return terms >= 8 && others < 4 ? 4 : terms >= 4 ? 2 : 1;
}

std::vector<int> by_vectors(Code& code, const Product& p) {
  std::vector<int> out;
  const std::int64_t vectors = (p.m * p.n + width - 1) / width;
  for (std::int64_t q = 0; q < vectors; ++q) {
    Sums sums(code, sums_for(p.k, vectors));
    for (std::int64_t depth = 0; depth < p.k; ++depth) {
      const int a = fetch(code, p.a, rows_of(p, q, depth, false)), b = fetch(code, p.b, rows_of(p, q, depth, true));
      sums.add_product(a, b);
    }
    out.push_back(sums.total());
  }
  return out;
}

int cost_by_vectors(const Product& p) {
  int cost = 0;
  for (std::int64_t q = 0; q * width < p.m * p.n; ++q) {
    const std::int64_t middle = p.k / 2;  // as good as any
    cost += checked_cast<int>(p.k) *
            (1 + fetch_cost(p.a, rows_of(p, q, middle, false)) + fetch_cost(p.b, rows_of(p, q, middle, true)));
  }
  return cost;
}

/// Sixteen results at a time, each the sum of the lanes of a vector of products.
std::vector<int> by_depth(Code& code, const Product& p) {
  std::vector<int> out;
  const std::int64_t chunks = (p.k + width - 1) / width;
  const auto part = [&](const Lanes& x, std::int64_t index, std::int64_t chunk, bool of_b) {
    const int line = fetch(code, x, along_depth(p, index, chunk, of_b));
    const std::int64_t rest = p.k - chunk * width;
    if (rest >= width) return line;
    return code.keep_first(checked_cast<int>(rest), line);
  };
  for (std::int64_t first = 0; first < p.m * p.n; first += width) {
    std::vector<int> lines;
    for (std::int64_t e = first; e < std::min(first + width, p.m * p.n); ++e) {
      Sums sums(code, sums_for(chunks, p.m * p.n));
      for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
        sums.add_product(part(p.a, e / p.n, chunk, false), part(p.b, e % p.n, chunk, true));
      }
      lines.push_back(sums.total());
    }
    out.push_back(sum_lanes(code, std::move(lines)));
  }
  return out;
}

int cost_by_depth(const Product& p) {
  const std::int64_t chunks = (p.k + width - 1) / width, results = p.m * p.n;
  const int keep = p.k % width ? 2 : 0;
  const int a = fetch_cost(p.a, along_depth(p, 0, 0, false)), b = fetch_cost(p.b, along_depth(p, 0, 0, true));
  const std::int64_t fetches = p.m * chunks * a + p.n * chunks * b;  // each is written once
  return checked_cast<int>(results * (chunks + keep) + fetches +
                           (results + width - 1) / width * (12 + 3 * std::min<std::int64_t>(results, width)));
}

Lanes matmul(Code& code, const Node& node, Inputs in) {
  const Lanes &a = in[0], &b = in[1];
  const Shape& shape = node.type.shape;
  const Product p{shape[0], shape[1], a.shape[1], a, b};
  if (p.k == 0 || shape.count() == 0) {
    std::vector<int> zeros(at((shape.count() + width - 1) / width), code.number(0, Form::f32));
    return made(shape, Form::f32, std::move(zeros));
  }
  return made(shape, Form::f32, cost_by_depth(p) < cost_by_vectors(p) ? by_depth(code, p) : by_vectors(code, p));
}

// ---- reductions

struct Reduction {
  std::vector<std::vector<std::int64_t>> groups;  // elements of the input that go into each result
  Shape kept;                                     // the result with reduced axes of size 1
};

Reduction reduction_of(const Shape& shape, const Integers& axes) {
  Reduction out;
  out.kept = shape;
  for (const std::int64_t axis : axes) out.kept = out.kept.with(checked_cast<int>(axis), 1);
  out.groups.resize(at(out.kept.count()));
  const Strides from = strides(shape), to = strides(out.kept);
  for (std::int64_t e = 0; e < shape.count(); ++e) {
    std::int64_t group = 0;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (out.kept[axis] != 1) group += e / from[at(axis)] % shape[axis] * to[at(axis)];
    }
    out.groups[at(group)].push_back(e);
  }
  return out;
}

using Combine = std::function<Numbers(Numbers, Numbers)>;

/// Results side by side in lanes: the j-th elements of all groups together.
std::vector<int> reduce_side_by_side(Code& code, const Lanes& x, const Reduction& r, const Combine& combine) {
  std::vector<int> out;
  const auto count = static_cast<std::int64_t>(r.groups.size()), depth = static_cast<std::int64_t>(r.groups[0].size());
  for (std::int64_t q = 0; q * width < count; ++q) {
    int sums[2] = {-1, -1};
    for (std::int64_t j = 0; j < depth; ++j) {
      Elements elements = consecutive(count, q);
      for (std::int64_t& element : elements) element = element == any ? any : r.groups[at(element)][at(j)];
      const int line = fetch(code, x, elements);
      int& sum = sums[depth >= 8 ? j % 2 : 0];
      sum = sum < 0 ? line : combine(Numbers{&code, sum}, Numbers{&code, line}).line;
    }
    if (sums[1] >= 0) sums[0] = combine(Numbers{&code, sums[0]}, Numbers{&code, sums[1]}).line;
    out.push_back(sums[0]);
  }
  return out;
}

/// One result: vectors added to one another, then its lanes. `fill`: what lanes beyond the last element hold, or
/// nothing when any element may stand there again.
int reduce_to_one(Code& code, const Lanes& x, const std::vector<std::int64_t>& group, const Combine& combine,
                  bool zeros) {
  const auto depth = static_cast<std::int64_t>(group.size());
  int sum = -1;
  for (std::int64_t first = 0; first < depth; first += width) {
    Elements elements;
    for (int lane = 0; lane < width; ++lane) {
      const std::int64_t j = first + lane;
      elements[at(lane)] = j < depth ? group[at(j)] : zeros ? any : group[at(first)];
    }
    int line = fetch(code, x, elements);
    if (depth - first < width && zeros) line = code.keep_first(checked_cast<int>(depth - first), line);
    sum = sum < 0 ? line : combine(Numbers{&code, sum}, Numbers{&code, line}).line;
  }
  for (std::uint32_t distance = width / 2; distance > 0; distance /= 2) {
    Table table;
    for (std::uint32_t lane = 0; lane < width; ++lane) table[lane] = lane ^ distance;
    sum = combine(Numbers{&code, sum}, Numbers{&code, code.permute(table, sum)}).line;
  }
  return sum;
}

Lanes reduce(Code& code, const Lanes& x, const Integers& axes, const Combine& combine, bool zeros) {
  const Reduction r = reduction_of(x.shape, axes);
  if (r.groups.size() == 1 && r.groups[0].size() > 2) {
    return made(r.kept, Form::f32, {reduce_to_one(code, x, r.groups[0], combine, zeros)});
  }
  return made(r.kept, Form::f32, reduce_side_by_side(code, x, r, combine));
}

Numbers sum_of(Numbers a, Numbers b) { return a + b; }
/// The larger; NaN when either is.
Numbers larger(Numbers a, Numbers b) { return select(is_nan(a), a, select(is_nan(b), b, select(b < a, a, b))); }
Numbers smaller(Numbers a, Numbers b) { return select(is_nan(a), a, select(is_nan(b), b, select(b < a, b, a))); }

Lanes with_shape(Lanes x, const Shape& shape) {
  x.shape = shape;  // elements stay in order
  return x;
}

template <Numbers combine(Numbers, Numbers)> Lanes extreme(Code& code, const Node& node, Inputs in) {
  return with_shape(reduce(code, in[0], node.attrs.integers("axes"), combine, false), node.type.shape);
}

Lanes sum(Code& code, const Node& node, Inputs in) {
  return with_shape(reduce(code, in[0], node.attrs.integers("axes"), sum_of, true), node.type.shape);
}

Lanes mean(Code& code, const Node& node, Inputs in) {
  Lanes total = sum(code, node, in);
  const double n = static_cast<double>(in[0].count()) / static_cast<double>(node.type.shape.count());
  if (n == 1) return total;
  for (int& line : total.vectors) {
    const Numbers y{&code, line};
    line = (y / like(y, n)).line;
  }
  return total;
}

template <bool of_logarithm> Lanes softmax(Code& code, const Node& node, Inputs in) {
  const Lanes& x = in[0];
  const Integers axes{node.attrs.integer("axis")};
  const auto apply = [&](const Lanes& a, const Lanes& b, const std::function<Numbers(Numbers, Numbers)>& f) {
    const Lanes both[] = {a, b};
    return elementwise(code, x.shape, Form::f32, both, [&](const int* lines) {
      return f(Numbers{&code, lines[0]}, Numbers{&code, lines[1]}).line;
    });
  };
  const Lanes shifted = apply(x, reduce(code, x, axes, larger, false), [](Numbers a, Numbers b) { return a - b; });
  const Lanes powers = apply(shifted, shifted, [](Numbers a, Numbers) { return exp(a); });
  Lanes total = reduce(code, powers, axes, sum_of, true);
  if (!of_logarithm) return apply(powers, total, [](Numbers a, Numbers b) { return a / b; });
  for (int& line : total.vectors) line = log(Numbers{&code, line}).line;
  return apply(shifted, total, [](Numbers a, Numbers b) { return a - b; });
}

// ---- layout

Lanes reshape(Code&, const Node& node, Inputs in) { return with_shape(in[0], node.type.shape); }
Lanes broadcast(Code&, const Node& node, Inputs in) { return broadcast_view(in[0], node.type.shape); }

Lanes transpose(Code&, const Node& node, Inputs in) {
  const Lanes& x = in[0];
  const Integers& order = node.attrs.integers("order");
  const Shape& shape = node.type.shape;
  const Strides from = strides(x.shape), to = strides(shape);
  std::vector<std::int64_t> map(at(shape.count()));
  for (std::int64_t e = 0; e < shape.count(); ++e) {
    for (int axis = 0; axis < shape.rank(); ++axis) {
      map[at(e)] += e / to[at(axis)] % shape[axis] * from[at(order[at(axis)])];
    }
  }
  return view(x, shape, std::move(map));
}

Lanes cast(Code& code, const Node& node, Inputs in) {
  const Lanes& x = in[0];
  if (x.form == Form::f32) return x;  // of truth values: numbers already
  const int wide = fetch(code, x, consecutive(1, 0));
  const int line = code.add({.kind = Kind::narrow, .in = {wide, -1, -1}});
  return made(node.type.shape, Form::f32, {line});
}

// ---- which there are

bool is_known_type(const Type& type) {
  return type.dtype == DType::f32 || type.dtype == DType::u8 || (type.dtype == DType::f64 && type.shape.count() == 1);
}

/// Whether the op's formula has code, for numbers of this form.
bool has_formula(const Op& op, Form form) {
  Code code(width);
  std::vector<int> in;
  for (int i = 0; i < op.arity; ++i) {
    const auto operand = static_cast<std::uint64_t>(i);
    in.push_back(code.add({.kind = Kind::single, .form = form, .immediate = operand}));
  }
  write_op(code, op, in.data());
  return !code.refused;
}

bool writes_pointwise(const Graph& graph, const Node& node) {
  Form form = Form::f32;
  bool bytes = true, floating = false;
  for (const int input : node.inputs) {
    const DType dtype = graph.node(input).type.dtype;
    if (dtype == DType::f64) form = Form::f64;
    bytes = bytes && dtype == DType::u8;
    floating = floating || is_floating(dtype);
  }
  // f64 and f32 do not meet, and truth values are numbers of f32.
  for (const int input : node.inputs) {
    if (form == Form::f64 && graph.node(input).type.dtype != DType::f64) return false;
  }
  if (form == Form::f64 && node.type.dtype != DType::f64) return false;
  if (bytes && (node.type.dtype != DType::u8 || !node.op->infix.empty())) return false;  // arithmetic of bytes
  if (node.type.dtype == DType::u8 && !bytes && !floating) return false;
  return has_formula(*node.op, form);
}

bool any_type(const Graph&, const Node&) { return true; }
bool to_f32(const Graph&, const Node& node) { return node.type.dtype == DType::f32; }
bool of_matrices(const Graph& graph, const Node& node) {
  const auto is_matrix = [](const Type& type) { return type.dtype == DType::f32 && type.shape.rank() == 2; };
  return is_matrix(node.type) && is_matrix(graph.node(node.inputs[0]).type) &&
         graph.node(node.inputs[1]).type.shape.rank() == 2;
}
bool of_elements(const Graph& graph, const Node& node) {
  const Type& from = graph.node(node.inputs[0]).type;
  return node.type.dtype == DType::f32 && from.dtype == DType::f32 && from.shape.count() > 0;
}

bool is_number(const Graph&, const Node& node) {
  return node.type.dtype != DType::u8 && uniform_constant(node).has_value();
}

Lanes write_pointwise(Code& code, const Node& node, Inputs inputs) {
  const Form form = node.type.dtype == DType::f64 ? Form::f64 : Form::f32;
  return elementwise(code, node.type.shape, form, inputs, [&](const int* in) { return write_op(code, *node.op, in); });
}

Lanes write_constant(Code& code, const Node& node, Inputs) {
  const Form form = node.type.dtype == DType::f64 ? Form::f64 : Form::f32;
  Lanes out = made(node.type.shape, form, {code.number(*uniform_constant(node), form)});
  out.everywhere = true;
  return out;
}

/// How the nodes of an op are written, and which are.
struct Writer {
  bool (*takes)(const Graph& graph, const Node& node) = nullptr;
  Lanes (*write)(Code& code, const Node& node, Inputs in) = nullptr;
};

std::unordered_map<const Op*, Writer> make_writers() {
  std::unordered_map<const Op*, Writer> all{
      {&constant_op, {is_number, write_constant}},
      {&reshape_op, {any_type, reshape}},
      {&broadcast_op, {any_type, broadcast}},
      {&transpose_op, {any_type, transpose}},
      {&cast_op, {to_f32, cast}},
      {&matmul_op, {of_matrices, matmul}},
      {&sum_op, {of_elements, sum}},
      {&mean_op, {of_elements, mean}},
      {&max_op, {of_elements, extreme<larger>}},
      {&min_op, {of_elements, extreme<smaller>}},
      {&softmax_op, {of_elements, softmax<false>}},
      {&log_softmax_op, {of_elements, softmax<true>}},
  };
  for (const Op& op : pointwise_ops()) all[&op] = {writes_pointwise, write_pointwise};
  return all;
}

/// nullptr: there is no code for the op.
const Writer* writer_of(const Op* op) {
  static const std::unordered_map<const Op*, Writer> all = make_writers();
  const auto found = all.find(op);
  return found == all.end() ? nullptr : &found->second;
}

}  // namespace

bool writes(const Graph& graph, const Node& node) {
  if (!is_known_type(node.type)) return false;
  for (const int input : node.inputs) {
    if (!is_known_type(graph.node(input).type)) return false;
  }
  if (node.op == &input_op) return true;
  const Writer* writer = writer_of(node.op);
  return writer && writer->takes(graph, node);
}

Lanes write_node(Code& code, const Node& node, std::span<const Lanes> inputs) {
  const Writer* writer = writer_of(node.op);
  require(writer != nullptr, "an op without generated code");
  return writer->write(code, node, inputs);
}

}  // namespace gradus::jit
