// JPEG, by libjpeg.
#pragma once

#include "gradus/learn/data/images/frame.hpp"

namespace gradus::data {

/// Gray or RGB; CMYK becomes RGB. A picture that is at least twice as large as will do is halved while it is decoded,
/// as often as that holds, eight times smaller at most. Throws UserError(Fault::data), `name` its place, for what is
/// damaged, cut off or too large.
void decode_jpeg(std::string_view bytes, const std::string& name, const PictureSink& sink);

}  // namespace gradus::data
