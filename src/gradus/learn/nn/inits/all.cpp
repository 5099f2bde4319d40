// The one list of initializers: a new kind has a file of its own, and its name in both lines here.
#include "gradus/learn/nn/init.hpp"

namespace gradus::init {

extern const InitKind zeros_kind, constant_kind, normal_kind, uniform_kind, xavier_uniform_kind, xavier_normal_kind,
    he_uniform_kind, he_normal_kind, torch_linear_kind;

InitKinds all_inits() {
  static constexpr const InitKind* all[] = {&zeros_kind,      &constant_kind,       &normal_kind,
                                            &uniform_kind,    &xavier_uniform_kind, &xavier_normal_kind,
                                            &he_uniform_kind, &he_normal_kind,      &torch_linear_kind};
  return all;
}

Init parse_init(std::string_view text, InitKinds own, const std::string& place) {
  return kinds::parse(text, place, all_inits(), own);
}

}  // namespace gradus::init
