// A net as a short text, the same on the command line, in C++ and in model files.
//   net    = "" | item { "," item }
//   item   = width [ "nobias" ] { activation } | activation { activation } | "dropout" p | "flatten" | "softmax"
//          | conv channels kernel { option } { activation } | pool kernel { option } { activation } | "view" sizes
//   conv   = "conv" | "conv1d"                   pool = "maxpool" | "avgpool" | "maxpool1d" | "avgpool1d"
//   option = "stride" sizes | "pad" sizes        and of conv: "dilation" sizes | "groups" n | "nobias"
//   sizes, kernel = n { "x" n }                  one number stands for all axes
//   "128 relu, dropout 0.2, 64 tanh"; "conv 6 5x5 pad 2 relu, maxpool 2, 120 relu"; "" is a linear model.
// The text describes the hidden layers; the output layer follows from the data (with_output).
#pragma once

#include <string>
#include <string_view>

#include "gradus/learn/nn/layer.hpp"

namespace gradus::nn {

/// The layers of `text`, a sequence. Throws UserError(Fault::usage) with the place ("net:1:9") and the nearest word.
Layer parse_net(std::string_view text);

/// `hidden` with a linear layer of `outputs` units after it.
Layer with_output(Layer hidden, std::int64_t outputs);

/// The canonical text of a net: parse_net(print_net(net)) is the net again, unless it has layers of one's own.
std::string print_net(const Layer& net);

/// Whether print_net's text can be parsed back: no layers of one's own, no sequences inside sequences.
bool is_describable(const Layer& net);

}  // namespace gradus::nn
