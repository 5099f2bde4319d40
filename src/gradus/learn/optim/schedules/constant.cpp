#include "gradus/learn/optim/schedules/parts.hpp"

namespace gradus::optim {

extern const ScheduleKind constant_kind{{"constant", "the rate as it is"},
                                        [](const Keys&, const Moment&, std::span<const double>) { return 1.0; }};

Schedule constant() { return make(constant_kind); }

}  // namespace gradus::optim
