// One worked example being computed: its inputs as values of a graph, and the numbers that come out by name.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/ops/interpret.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/engine/runtime/evaluate.hpp"
#include "tests/worked_examples/json/examples.hpp"

namespace gradus::worked_examples {

enum class Runner { interpreter, engine };

class Bench {
 public:
  Bench(const Example& example, DType dtype, Runner runner, Engine& engine)
      : example_(example), dtype_(dtype), runner_(runner), engine_(engine) {}

  const std::string& id() const { return example_.id; }
  const std::string& config(const std::string& name) const { return example_.config.at(name); }
  DType dtype() const { return dtype_; }
  Engine& engine() { return engine_; }
  bool expects(const std::string& name) const { return example_.expected.count(name) != 0; }

  /// The example's input `name` in f64.
  const Tensor& tensor(const std::string& name) const { return example_.inputs.at(name); }
  double number(const std::string& name, std::int64_t element = 0) const { return tensor(name).number(element); }

  Graph& graph() { return graph_; }
  /// The example's input `name` as an input of the graph.
  Value input(const std::string& name) { return input(name, tensor(name)); }
  /// Element `element` (from 0) of the example's input as an input called `name`.
  Value element(const std::string& name, std::int64_t element) {
    return input(name + std::to_string(element), Tensor(tensor(name).number(element)));
  }
  Value input(const std::string& name, const Tensor& value);

  /// `value` will be the example's `name` when compute() has run. Several values: one after another.
  void want(const std::string& name, Value value) { wanted_[name].push_back(value); }
  void want(const std::string& name, std::initializer_list<Value> values) {
    for (Value value : values) want(name, value);
  }
  void compute();
  /// A number that is there already.
  void give(const std::string& name, std::vector<double> numbers) { produced_[name] = std::move(numbers); }
  void give(const std::string& name, double number) { give(name, std::vector{number}); }
  void append(const std::string& name, double number) { produced_[name].push_back(number); }

  const std::map<std::string, std::vector<double>>& produced() const { return produced_; }

 private:
  const Example& example_;
  DType dtype_;
  Runner runner_;
  Engine& engine_;
  Graph graph_;
  std::vector<Binding> bindings_;
  std::map<std::string, Values> wanted_;
  std::map<std::string, std::vector<double>> produced_;
};

/// How the examples with an id or an op of this name are computed.
struct Recipe {
  std::string_view name;
  void (*compute)(Bench&);
  bool f32 = true;  // also tried in f32 with the example's tolerance for it
};

std::span<const Recipe> recipes_000();
std::span<const Recipe> recipes_001();
std::span<const Recipe> recipes_002();
std::span<const Recipe> recipes_003();
std::span<const Recipe> recipes_003_networks();
std::span<const Recipe> recipes_004();
std::span<const Recipe> recipes_paths();
std::span<const Recipe> recipes_training();
std::span<const Recipe> recipes_start();

}  // namespace gradus::worked_examples
