#include "tests/unit/reconcile/feed/histories/loop.h"

namespace cr::testing {

using namespace std::chrono_literals;
using namespace cr::reconcile::feed;
using reconcile::AuditPage;
using reconcile::WorkspaceId;

Loop::Loop(const History& history, World& world, ChangeFeed* feed)
    : history_(history),
      world_(world),
      feed_(feed),
      dice_(history.seed + 2),
      read_at_(history.workspaces, -1ms),
      ids_(history.workspaces),
      in_sync_(history.workspaces) {}

SettingSet Loop::ours(std::size_t workspace) const {
  SettingSet ours;
  for (std::size_t i = 0; i < kUsed.size(); ++i) {
    if (history_.declared[workspace].at(i)) ours.add(kUsed.at(i));
  }
  return ours;
}

const Loop::Cycle& Loop::run(std::size_t number) {
  cycle_ = {};
  world_.go_on_until(history_.cycles[number]);
  cycle_.began = world_.now();
  cycle_.read.assign(history_.workspaces, false);
  if (feed_) look(number);
  // Things happen between the look and the read, and between the read and the writes.
  world_.go_on_until(cycle_.began + 400ms);
  read(number);
  return cycle_;
}

void Loop::look(std::size_t number) {
  std::optional<reconcile::AuditQuery> query = feed_->begin(steady(), world_.coder_time(world_.now()));
  const bool refused = cycle_.began >= history_.refused_from && cycle_.began < history_.refused_until;
  while (query) {
    ++cycle_.queries;
    if (refused) return feed_->refused();
    if (history_.fails(number, "look", static_cast<std::size_t>(cycle_.queries))) return feed_->failed();
    AuditPage page = world_.log().page(*query, world_.coder_time(world_.now()));
    if (history_.faults.doubled && page.rows.size() > 1 && page.rows.size() == query->limit &&
        dice_.once_in(2)) {
      const std::size_t at = dice_.below(page.rows.size() - 1);
      std::swap(page.rows[at], page.rows[at + 1]);
      page.rows.insert(page.rows.begin(), page.rows.back());
    }
    query = feed_->take(page);
    if (cycle_.queries % 4 == 0) world_.go_on_until(world_.now() + 20ms);
    cycle_.looked = !query;
  }
}

void Loop::read(std::size_t number) {
  std::vector<Declared> declared(history_.workspaces);
  for (std::size_t i = 0; i < declared.size(); ++i) {
    declared[i].id = ids_[i];
    declared[i].not_in_sync = !in_sync_[i];
  }
  cycle_.why.assign(declared.size(), Why::whole);
  if (feed_) cycle_.why = feed_->choose(declared);
  for (std::size_t i = 0; i < declared.size(); ++i) {
    if (cycle_.why[i] == Why::rests || history_.fails(number, "read", i)) continue;
    cycle_.read[i] = true;
    read_at_[i] = cycle_.began;
    in_sync_[i] = false;
    if (world_.exists(i)) {
      see(i);
    } else if (feed_ && !ids_[i].is_nil()) {
      feed_->gone(ids_[i]);
      forget(i);
    }
  }
  std::vector<std::size_t> to_mend;
  for (std::size_t i = 0; i < declared.size(); ++i) {
    if (cycle_.read[i]) to_mend.push_back(i);
  }
  // What was read is mended as it was read: the world may have gone on.
  for (const std::size_t i : to_mend) {
    if (!world_.exists(i))
      make(number, i);
    else
      mend(number, i);
  }
}

void Loop::make(std::size_t number, std::size_t workspace) {
  if (history_.fails(number, "write", workspace)) return;
  const std::string request = world_.create(workspace);
  if (!feed_) {
    in_sync_[workspace] = true;
    return;
  }
  feed_->wrote({world_.row(workspace).id, SettingSet::all(), numbered<reconcile::UserId>(kUs), request},
               steady());
  written_at_.push_back(world_.now());
  // The reply carries it.
  see(workspace);
  in_sync_[workspace] = true;
}

void Loop::mend(std::size_t number, std::size_t workspace) {
  bool wrote = false, failed = false;
  for (std::size_t i = 0; i < kUsed.size(); ++i) {
    const auto wish = history_.declared[workspace].at(i);
    if (!wish || world_.value(workspace, kUsed.at(i)) == *wish) continue;
    if (history_.fails(number, "write", workspace)) {
      failed = true;
      continue;
    }
    const std::string request = world_.write(workspace, kUsed.at(i), *wish);
    ++writes_[{workspace, kUsed.at(i)}];
    written_at_.push_back(world_.now());
    if (const auto seen = seen_.find({workspace, kUsed.at(i)}); seen != seen_.end())
      seen->second.written = world_.now();
    wrote = true;
    if (!feed_) continue;
    feed_->wrote({ids_[workspace], {kUsed.at(i)}, numbered<reconcile::UserId>(kUs), request}, steady());
  }
  if (wrote && !history_.fails(number, "read back", workspace)) see(workspace);
  in_sync_[workspace] = !failed;
}

void Loop::see(std::size_t workspace) {
  if (ids_[workspace] != world_.row(workspace).id) forget(workspace);
  ids_[workspace] = world_.row(workspace).id;
  if (feed_) feed_->saw(world_.row(workspace), ours(workspace), steady());
  for (const Setting setting : kUsed) {
    const std::pair what(workspace, setting);
    const Seen now{world_.value(workspace, setting), world_.now()};
    const auto before = seen_.find(what);
    if (before != seen_.end() && (before->second.written || before->second.value != now.value))
      turns_[what] = {before->second.written.value_or(before->second.at), now.at, now.value};
    seen_[what] = now;
  }
}

void Loop::forget(std::size_t workspace) {
  ids_[workspace] = {};
  for (const Setting setting : kUsed) {
    seen_.erase({workspace, setting});
    turns_.erase({workspace, setting});
  }
}

}  // namespace cr::testing
