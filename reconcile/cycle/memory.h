#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "reconcile/cycle.h"
#include "reconcile/cycle/approval.h"
#include "reconcile/cycle/known_ids.h"
#include "reconcile/cycle/owners_seen.h"
#include "reconcile/diff/diff.h"
#include "reconcile/execute/turns.h"
#include "reconcile/read/costs.h"
#include "reconcile/resolve/answers.h"
#include "reconcile/resolve/duplicates.h"
#include "reconcile/status/backoff.h"
#include "reconcile/status/build_failures.h"
#include "reconcile/status/field_memory.h"
#include "reconcile/status/status_table.h"

namespace cr::reconcile {

/// A value that was looked up once and is good for a while.
template <class T>
struct Remembered {
  std::optional<T> value;
  std::optional<async::SteadyTime> asked;  ///< when it was last asked for, with or without success
  bool failed_in_passing = false;          ///< then: worth another try soon

  [[nodiscard]] bool due(async::SteadyTime now, std::chrono::nanoseconds every) const {
    return !asked || now - *asked >= every;
  }
};

/// Collaborators, and what is known from earlier cycles. All that is remembered can be lost: it is read again
/// or built up anew.
struct Reconciler::Memory {
  Memory(coder::CoderReader& reader_, coder::CoderWriter* writer_, async::Clock& clock_, Observer& observer_,
         Limits limits_)
      : reader(reader_), writer(writer_), clock(clock_), observer(observer_), limits(limits_) {}

  coder::CoderReader& reader;
  coder::CoderWriter* writer;  ///< null: plan only
  async::Clock& clock;
  Observer& observer;
  Limits limits;

  bool address_checked = false;  ///< what answers is no workspace proxy
  KnownIds ids;
  ReadCosts costs;
  Answers answers;                    ///< look-ups for what is to be created
  async::SteadyTime answers_since{};  ///< when the oldest of them may have been asked
  KnownOwners owners;                 ///< kept only while some spec gives its owner by UUID
  OwnersSeen owners_seen;
  std::map<TemplateId, coder::Template> policies;  ///< templates that declared workspaces use
  std::map<BuildId, BuildParameters> parameters;   ///< immutable, so good as long as the build is the latest
  Remembered<UserId> me;
  Remembered<coder::TokenFacts> token;

  /// Workspaces with a build that we queued and whose end no read has shown.
  std::set<Identity> builds_queued;
  BackoffTable backoff;
  std::uint32_t failed_reads = 0;  ///< cycles in a row in which some read failed in passing
  Turns turns;
  FieldMemory fields;
  BuildFailures build_failures;
  StatusTable statuses;
  ReportPtr last_report;  ///< of the last cycle that ended in no defect
  Approval approval;
};

}  // namespace cr::reconcile
