// A net as a short text, the same on the command line, in C++ and in model files.
//   net   = [ item { "," item } ]
//   item  = block { activation } [ "as" NAME ]        activation = KIND { value | KEY value | TRUTH }
//   block = activation | WIDTH [ "nobias" ] | KIND { value | KEY value | TRUTH } | KIND NAME { ... }
//         | [ KIND { ... } ] "(" net { "|" net } ")"
//   "128 relu, dropout 0.2, 64 tanh"; "conv 6 5x5 pad 2 relu, maxpool 2, 120 relu"; "" is a linear model;
//   "conv 16 3x3 pad 1 as stem, repeat 2 (residual(conv 16 3x3 pad 1 relu, conv 16 3x3 pad 1) relu), add stem".
// Kinds and keys: layers/. NAME, a letter, then letters, digits or _, and no word of net descriptions, names the
// value of its item; what is inside parentheses sees the names before them, and keeps its own.
// The text describes the hidden layers; the output layer follows from the data (with_output).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gradus/learn/json/value.hpp"
#include "gradus/learn/nn/layer.hpp"

namespace gradus::nn {

/// The layers of `text`, a sequence. `own`: kinds of the caller's own. Throws UserError(Fault::usage) with the place
/// ("net:1:9") and the nearest word; for nets inside nets more than 16 deep, and more than 100,000 layers.
Layer parse_net(std::string_view text, LayerKinds own = {});

/// `hidden` with a linear layer of `outputs` units after it.
Layer with_output(Layer hidden, std::int64_t outputs);

/// A target, and how many numbers a net gives for it.
struct Output {
  std::string target;
  std::int64_t columns = 1;
};

/// `hidden` with a linear layer for each target, whose numbers are joined in this order. It takes the value that is
/// called as the target is (see value_name), else the last one.
Layer with_outputs(Layer hidden, std::span<const Output> outputs);

/// What a layer is called whose value becomes that target: "fuel_type" for "fuel type".
std::string value_name(std::string_view target);

/// The canonical text of a net: parse_net(print_net(net)) is the net again, unless it has layers of one's own.
std::string print_net(const Layer& net);

/// Whether print_net's text can be parsed back: a sequence without layers of one's own.
bool is_describable(const Layer& net);

/// The nodes of a sequence: [{"name": "conv", "channels": 6, ..., "inputs": ["stem"], "nets": [[...]], "as": "x"},
/// ...], the name of the kind with all its keys, and the rest where there is some.
json::Value net_to_json(const Layer& net);
/// Throws UserError(Fault::usage) for what is no such document; kinds that are not known are named.
Layer net_from_json(const json::Value& nodes, LayerKinds own = {});

/// A net in which that kind is, for people to try: "conv 6 5x5", "64, 64 as x, add x", "residual (relu)".
std::string example_net(const LayerKind& kind);

/// Throws UserError(Fault::usage) unless `name` may be the name of a value.
void check_name(std::string_view name);
/// Throws UserError(Fault::usage) for more layers, each repetition counted, than a net may have.
void check_layers(const Layer& net);

}  // namespace gradus::nn
