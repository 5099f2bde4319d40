// Any text as a net: only UserError may come out, and what is accepted prints, and comes back as it was, from its
// document too.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/nn/model.hpp"
#include "gradus/learn/nn/net.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gradus;
  try {
    const nn::Layer net = nn::parse_net({reinterpret_cast<const char*>(bytes), size});
    const std::string text = nn::print_net(net);
    require(nn::parse_net(text) == net, "a net does not come back as it was");
    require(nn::print_net(nn::parse_net(text)) == text, "a net does not print as it was");
    require(nn::net_from_json(json::parse(json::write(nn::net_to_json(net)), "net")) == net,
            "a net does not come back from its document");
    for (const Shape& sample : {Shape{3}, Shape{1, 8, 8}}) {
      try {
        nn::parameters_of(nn::with_output(net, 2), sample, DType::f32);
      } catch (const UserError&) {  // a net for samples of another shape
      }
    }
  } catch (const UserError&) {
  }
  return 0;
}
