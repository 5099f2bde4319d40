#include "gradus/core/base/checked_cast.hpp"

namespace gradus {

void refuse_too_large(std::string_view what, const std::string& found, const std::string& least,
                      const std::string& most) {
  throw TooLarge(Fault::usage, Report{std::string(what), found, least + " to " + most,
                                      "a smaller graph: fewer nodes, smaller matrices, or fewer rows at a time"});
}

}  // namespace gradus
