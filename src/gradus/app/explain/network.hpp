// A network on one row of its data: the same explanation as of a formula, in f64 and with dropout off, and where its
// layers are in it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradus/app/explain/explanation.hpp"
#include "gradus/app/explain/text.hpp"
#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/json/value.hpp"
#include "gradus/learn/optim/optimizer.hpp"
#include "gradus/learn/train/trained_model.hpp"

namespace gradus::explain {

/// A weight matrix and what belongs to it; nodes of the explanation, -1 where there is none.
struct NetworkLayer {
  std::string title;       // "Layer 1: 784 -> 128 relu", which is the group of its nodes too
  std::string activation;  // "relu"; "" for none
  std::int64_t in = 0, out = 0;
  int weight = -1, bias = -1;  // [out, in], of a convolution [out, in, kernel...]; and [out]
  int input = -1;              // x [1, in]
  int transposed = -1;         // W [in, out], the weight as x W wants it
  int preactivation = -1;      // z = x W + b, [1, out]
  int activated = -1;          // the layer's output; preactivation when there is no activation
};

/// A cell of the row as it stands in the file, beside the number that the network gets.
struct Feature {
  std::string name, cell;  // "fuel=diesel", "gasoline"
  double encoded = 0;
};

struct NetworkExplanation {
  Explanation explanation;
  std::vector<NetworkLayer> layers;
  std::vector<Feature> features;  // of a table; none for images
  std::string in_units;           // the prediction in units of the data, "price 16900"; "" for classes
  std::string target;             // "price 17000, encoded 0.45", "class 9"
  std::string loss;               // its name
  Tensor prediction;              // [1, outputs] in f64, probabilities for losses on logits
  DType told = DType::f64;        // the model's: predictions are told with as many digits as it tells apart
  std::vector<std::string> class_names;
  std::string optimizer;  // its text in the model's training record
  std::string groups;     // as optim::print_groups
  bool clipped = false;   // by the norm over all parameters of a batch, or element by element
};

/// Row `row` (from 1) of `dataset`, which has targets. Throws UserError(Fault::usage) for a row out of range, saying
/// how many there are; as annotate for the rest.
NetworkExplanation explain_network(const TrainedModel& model, const data::Dataset& dataset, std::int64_t row);

/// Whether the layer is a convolution: its weight is more than a matrix.
bool is_convolution(const NetworkExplanation& network, const NetworkLayer& layer);

/// A weight by layer, unit and input, all from 1: "1:3,2" is the weight of layer 1 to its unit 3 from its input 2.
struct Element {
  std::int64_t layer = 1, out = 1, in = 1;
};
/// The layer of `element`. Throws UserError(Fault::usage) when it is a convolution, whose products are not followed one
/// by one.
const NetworkLayer& layer_of(const NetworkExplanation& network, const Element& element);
/// Throws UserError(Fault::usage) for a text of another form, and for what the network does not have, saying what it
/// has.
Element parse_element(const std::string& text, const NetworkExplanation& network);

/// One number of the optimizer's update, with the numbers it was made of.
struct UpdateTerm {
  std::string name, expression, numbers;  // "m'", "m + v1", "0 + 0.02"
  double value = 0;
};
struct OptimizerStep {
  std::string optimizer;
  double weight = 0, gradient = 0, next = 0;
  std::vector<UpdateTerm> terms;
};
/// The update of that weight by the model's optimizer from a fresh state (model files hold none), for a batch of this
/// row. `own`: kinds of the caller's own. Throws UserError(Fault::model_file) for an optimizer that is neither there
/// nor comes with gradus.
OptimizerStep optimizer_step(const NetworkExplanation& network, const Element& element, optim::OptimizerKinds own = {});

struct NetworkTextOptions {
  TextOptions look;
  std::optional<std::int64_t> layer;  // this one alone, with all its numbers
  std::optional<Element> element;
  bool step = false;
};
std::string to_text(const NetworkExplanation& network, const NetworkTextOptions& options);

/// The products of one weight: its unit's pre-activation, its delta, its gradient, and with `step` its update.
std::string element_text(const NetworkExplanation& network, const Element& element, bool step, const TextOptions& look);

/// The document of the explanation with the member "network".
json::Value to_json(const NetworkExplanation& network, const std::optional<Element>& element, bool step);

}  // namespace gradus::explain
