// The one list of schedules: a new kind has a file of its own, and its name in both lines here.
#include "gradus/learn/optim/schedule.hpp"

namespace gradus::optim {

extern const ScheduleKind constant_kind, cosine_kind, step_kind, exponential_kind, polynomial_kind, restarts_kind,
    one_cycle_kind, plateau_kind, coslog_kind;

ScheduleKinds all_schedules() {
  static constexpr const ScheduleKind* all[] = {&constant_kind,    &cosine_kind,     &step_kind,
                                                &exponential_kind, &polynomial_kind, &restarts_kind,
                                                &one_cycle_kind,   &plateau_kind,    &coslog_kind};
  return all;
}

Schedule parse_schedule(std::string_view text, ScheduleKinds own, const std::string& place) {
  return kinds::parse(text, place, all_schedules(), own);
}

Schedule schedule(std::string_view name, std::initializer_list<kinds::Given> keys, ScheduleKinds own) {
  const kinds::Kind& kind = kinds::find_kind(name, kinds::kind_list(all_schedules(), own), "schedule");
  return Schedule(kinds::make_any(kind, std::span(keys.begin(), keys.size())));
}

}  // namespace gradus::optim
