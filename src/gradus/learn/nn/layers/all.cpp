// The one list of layers: a new kind has a file of its own, and its name in both lines here.
#include "gradus/learn/nn/layer.hpp"

namespace gradus::nn {

extern const LayerKind linear_kind, conv_kind, maxpool_kind, avgpool_kind, conv1d_kind, maxpool1d_kind, avgpool1d_kind,
    view_kind, flatten_kind, dropout_kind, embedding_kind, batch_norm_kind, layer_norm_kind, group_norm_kind,
    rms_norm_kind, sequential_kind, residual_kind, parallel_kind, repeat_kind, input_kind, from_kind, add_kind,
    concat_kind, again_kind, tied_kind, relu_kind, leaky_relu_kind, prelu_kind, elu_kind, selu_kind, gelu_kind,
    gelu_tanh_kind, silu_kind, softplus_kind, sigmoid_kind, tanh_kind, step_kind, softmax_kind, relu6_kind,
    hardtanh_kind, hardsigmoid_kind, hardswish_kind, mish_kind, celu_kind, logsigmoid_kind, softsign_kind,
    tanhshrink_kind, softshrink_kind, hardshrink_kind, glu_kind, log_softmax_kind, waves_kind, scale_kind, blend_kind,
    ensemble_kind;

LayerKinds all_layers() {
  static constexpr const LayerKind* all[] = {
      &linear_kind,     &conv_kind,       &maxpool_kind,     &avgpool_kind,    &conv1d_kind,      &maxpool1d_kind,
      &avgpool1d_kind,  &view_kind,       &flatten_kind,     &dropout_kind,    &embedding_kind,   &batch_norm_kind,
      &layer_norm_kind, &group_norm_kind, &rms_norm_kind,    &sequential_kind, &residual_kind,    &parallel_kind,
      &repeat_kind,     &input_kind,      &from_kind,        &add_kind,        &concat_kind,      &again_kind,
      &tied_kind,       &relu_kind,       &leaky_relu_kind,  &prelu_kind,      &elu_kind,         &selu_kind,
      &gelu_kind,       &gelu_tanh_kind,  &silu_kind,        &softplus_kind,   &sigmoid_kind,     &tanh_kind,
      &step_kind,       &softmax_kind,    &relu6_kind,       &hardtanh_kind,   &hardsigmoid_kind, &hardswish_kind,
      &mish_kind,       &celu_kind,       &logsigmoid_kind,  &softsign_kind,   &tanhshrink_kind,  &softshrink_kind,
      &hardshrink_kind, &glu_kind,        &log_softmax_kind, &waves_kind,      &scale_kind,       &blend_kind,
      &ensemble_kind};
  return all;
}

}  // namespace gradus::nn
