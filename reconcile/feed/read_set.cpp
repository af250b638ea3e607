#include "reconcile/feed/read_set.h"

namespace cr::reconcile::feed {

std::string_view to_string(Why why) {
  switch (why) {
    case Why::rests:
      return "rests";
    case Why::whole:
      return "whole read";
    case Why::never_read:
      return "never read";
    case Why::new_spec:
      return "new spec";
    case Why::written:
      return "written";
    case Why::not_in_sync:
      return "not in sync";
    case Why::held:
      return "held";
    case Why::backing_off:
      return "backing off";
    case Why::build:
      return "build under way";
    case Why::time:
      return "time moves it";
    case Why::named:
      return "named by a row";
    case Why::template_:
      return "its template is named by a row";
    case Why::uncovered:
      return "read before the feed began";
    case Why::sweep:
      return "sweep";
  }
  return {};
}

Why reason_to_read(const Declared& declared, const Told& told) {
  if (!told.read) return Why::never_read;
  if (declared.new_spec) return Why::new_spec;
  if (told.written) return Why::written;
  if (declared.not_in_sync) return Why::not_in_sync;
  if (declared.held) return Why::held;
  if (declared.backing_off) return Why::backing_off;
  if (declared.build_in_flight) return Why::build;
  if (declared.time_due) return Why::time;
  if (told.named) return Why::named;
  if (told.template_named) return Why::template_;
  return told.covered ? Why::rests : Why::uncovered;
}

}  // namespace cr::reconcile::feed
