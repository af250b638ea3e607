#pragma once

#include "reconcile/memory/approval.h"
#include "reconcile/memory/backoff.h"
#include "reconcile/memory/field_memory.h"
#include "reconcile/memory/look_ups.h"
#include "reconcile/memory/own_builds.h"
#include "reconcile/memory/owners_seen.h"
#include "reconcile/memory/provisioners_seen.h"
#include "reconcile/memory/reads.h"
#include "reconcile/memory/seen_builds.h"
#include "reconcile/memory/turns.h"

namespace cr::reconcile {

/// What is known from earlier cycles. A cycle asks it and changes nothing of it (it borrows what it reads);
/// at its end each memory observes what the cycle saw, decided and did. All of it can be lost: it is read
/// again or built up anew.
struct Memories {
  Reads reads;
  LookUps look_ups;
  OwnersSeen owners;
  ProvisionersSeen provisioners;
  OwnBuilds builds;
  SeenBuilds seen_builds;
  BackoffTable backoff;
  FieldMemory fields;
  Turns turns;
  Approval approval;

  void observe(const CycleFacts& cycle, const Plan& plan, const Verdict& verdict) {
    reads.observe(cycle);
    look_ups.observe(cycle);
    owners.observe(cycle);
    provisioners.observe(cycle);
    builds.observe(cycle);
    seen_builds.observe(cycle, builds);
    backoff.observe(cycle);
    fields.observe(cycle);
    turns.observe(cycle);
    approval.observe(cycle, plan, verdict);
  }
};

}  // namespace cr::reconcile
