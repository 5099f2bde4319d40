// Where a layer builds: the graph, the names of its parameters, the mode, the random streams, the values with names.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gradus/core/graph/graph.hpp"
#include "gradus/learn/nn/init.hpp"

namespace gradus::nn {

struct Layer;

enum class Mode {
  training,
  inference,
  sketch,  // as training, for one row, to learn shapes and parameters alone
};

/// A parameter that a net asked for.
struct ParameterSpec {
  std::string name;  // "0.weight"
  Shape shape;
  init::Init init;
};

/// What a net takes beside its features, by a name that its layers call.
struct NamedInput {
  std::string name;
  Shape shape;         // of one sample
  bool codes = false;  // whole numbers in i64; else numbers in the net's dtype
  friend bool operator==(const NamedInput&, const NamedInput&) = default;
};
using NamedInputs = std::span<const NamedInput>;

/// The name of that input's slot, which features and parameters cannot have: "input brand".
std::string input_slot(std::string_view name);
/// What layers call the features.
inline constexpr std::string_view features_name = "features";

/// A layer of a sequence that is being built, with a name for later ones.
struct NamedLayer {
  std::string name;
  Value value;                       // what it gives
  const std::vector<Layer>* beside;  // the layers of its sequence
  std::size_t at;                    // its place among them
  std::string prefix;                // of its sequence's parameters: "" or "2."
};

/// A scope builds one net in one graph. Parameters become slots of the graph, named as PyTorch names them.
class Scope {
 public:
  /// `key`: the slot of the random numbers' key; else one called "key" is declared where something draws.
  Scope(Graph& graph, Mode mode, DType dtype, SlotId key = {}) : graph_(graph), mode_(mode), dtype_(dtype), key_(key) {}
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  /// The parameter called `name` within this layer. A second call with the same name and shape gives the same value
  /// (tied weights). Throws UserError when the shape differs, or the parameter has no elements.
  Value parameter(std::string_view name, const Shape& shape, const init::Init& init);
  /// A running statistic of this layer: kept from step to step and saved with the parameters, never differentiated.
  Value running(std::string_view name, const Shape& shape, const init::Init& init);
  /// What that statistic is after a step of training. Throws UserError for a second one.
  void update(Value running, Value next);
  /// The parameter called `name` of the layer `of`, or an empty Value where it has none.
  Value parameter_of(const NamedLayer& of, std::size_t at, std::string_view name) const;
  /// Builds `layer` as the child `name` of the layer that is being built: its parameters are called
  /// "<name>.<parameter>", or as those of this layer for "". Rethrows a UserError with the layer's name before it.
  Value apply(std::string_view name, const Layer& layer, Value x);
  /// The layers one after another, as the children "0", "1", ...; their names are known to later ones and what is
  /// inside those.
  Value apply_all(const std::vector<Layer>& layers, Value x);
  /// Layers `from` to `of.at` of its sequence once more, with their weights.
  Value apply_again(const NamedLayer& of, std::size_t from, Value x);

  /// What layers may call by name: `inputs` for `rows` samples, which become inputs of the graph when they are first
  /// asked for, and the features, where they are given. `inputs` must outlive the scope.
  void begin_inputs(NamedInputs inputs, std::int64_t rows, Value features = {});
  /// That input, or the features. Throws UserError that lists the names and tries the nearest.
  Value input(std::string_view name);
  /// The inputs that were asked for.
  const Values& input_values() const { return asked_; }

  /// The layer before this one that has this name. Throws UserError that lists the names and tries the nearest.
  const NamedLayer& named(std::string_view name) const;

  Graph& graph() { return graph_; }
  bool training() const { return mode_ != Mode::inference; }
  bool sketching() const { return mode_ == Mode::sketch; }
  DType dtype() const { return dtype_; }
  /// The key of random numbers, i64 [2] = (seed, step), made when it is first asked for where the graph has none.
  Value key();
  /// A number for the next random op. Streams are numbered in the order of building, so graphs of one net in training
  /// mode agree on them whatever the batch size.
  std::int64_t next_stream() { return streams_++; }
  /// The number of the next stream.
  void begin_streams(std::int64_t first) { streams_ = first; }
  /// Names `value` "<layer>.<what>" for explain, unless it has a name already.
  void label(Value value, std::string_view what);

  const std::vector<ParameterSpec>& parameters() const { return parameters_; }
  /// Their values in the graph, in the same order.
  const Values& parameter_values() const { return values_; }
  /// The running statistics.
  const std::vector<ParameterSpec>& statistics() const { return statistics_; }

 private:
  Graph& graph_;
  Mode mode_;
  DType dtype_;
  std::string prefix_;  // "" or "2." or "2.0."
  SlotId key_;
  std::vector<ParameterSpec> parameters_;
  Values values_;
  std::vector<ParameterSpec> statistics_;
  std::unordered_map<std::string, std::size_t> place_;  // of parameters, by name
  std::vector<NamedLayer> names_;                       // that the layer being built may use, outer ones first
  std::int64_t streams_ = 0;
  NamedInputs inputs_;
  std::int64_t rows_ = 1;  // of a batch
  Value features_;
  Values asked_;
};

}  // namespace gradus::nn
