#pragma once

#include "reconcile/cycle.h"
#include "reconcile/memory/memories.h"
#include "reconcile/report/status_table.h"

namespace cr::reconcile {

/// Collaborators, and what is known from earlier cycles.
struct Reconciler::Memory {
  Memory(coder::CoderReader& reader_, coder::CoderWriter* writer_, async::Clock& clock_, Observer& observer_,
         Limits limits_)
      : reader(reader_), writer(writer_), clock(clock_), observer(observer_), limits(limits_) {}

  coder::CoderReader& reader;
  coder::CoderWriter* writer;  ///< null: plan only
  async::Clock& clock;
  Observer& observer;
  Limits limits;

  Memories remembered;
  StatusTable statuses;             ///< of the last cycle that ended in no defect
  async::WallTime statuses_from{};  ///< when that began
};

}  // namespace cr::reconcile
