#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/coder/client.h"
#include "reconcile/cycle.h"
#include "reconcile/observer.h"
#include "specs/source.h"
#include "tests/standin/server.h"
#include "tests/support/manual_clock.h"

namespace cr::testing {

/// A document of kind Workspace with these lines below `spec:` beside owner and template ("ttl: 8h", …).
[[nodiscard]] std::string a_document(std::string_view owner, std::string_view name,
                                     const std::vector<std::string>& lines = {},
                                     std::string_view template_name = "docker",
                                     const std::vector<std::string>& annotations = {});

/// Counts the waits of the client between two attempts, and the builds of ours that were seen to end.
class Counter final : public reconcile::Observer {
 public:
  std::size_t retries = 0;
  std::size_t builds_ended = 0;
  void on_retry(reconcile::RetryReason, const coder::ApiError&) override { ++retries; }
  void on_build_ended(const reconcile::Identity&, const reconcile::SeenBuild&) override { ++builds_ended; }
};

/// A whole reconciler on a real socket: spec files in a directory of their own, a stand-in Coder, the HTTP
/// client, and time that moves only when everybody waits for it.
class World {
 public:
  enum class Mode { apply, plan };
  explicit World(standin::Age age, reconcile::Limits limits = generous(), Mode mode = Mode::apply);
  ~World();

  /// Limits that the tests of other things never meet.
  [[nodiscard]] static reconcile::Limits generous();
  /// These, and the audit log is followed as the daemon does.
  [[nodiscard]] static reconcile::Limits following();

  /// What the spec directory holds from now on.
  void declare(const std::vector<std::string>& documents);
  /// The sets that are declared beside the documents from now on.
  void declare_sets(std::vector<specs::SetPtr> sets) { sets_ = std::move(sets); }
  /// Sets whose documents are left out of the load, as invalid ones are.
  void leave_out_sets(std::vector<std::string> names) { rejected_sets_ = std::move(names); }
  /// Which workspaces of sets a cycle is told to look at.
  void select(std::function<bool(const specs::WorkspaceSpec&)> selects) { selects_ = std::move(selects); }
  /// In a file of their own, beside the others; none: the file goes.
  void declare_beside(const std::vector<std::string>& documents);
  /// One cycle over what is declared.
  reconcile::ReportPtr cycle();
  /// One cycle as `plan` makes it: of a process of its own that has a reader and nothing to write with.
  reconcile::ReportPtr plan_beside();
  /// The plan of other documents, with the sets that are declared, by a guest with what the last cycle knew.
  reconcile::ReportPtr plan_as_guest(const std::vector<std::string>& documents);
  /// A cycle that is told to stop (SIGTERM) as soon as `count` such requests are under way, which Coder then
  /// answers. True when it ended by being stopped.
  bool stopped_cycle(std::string target_prefix, std::size_t count = 1);
  /// Cycles, with time going on between them, until one writes nothing and nothing is under way; at most
  /// `most`. Returns the last report.
  reconcile::ReportPtr converge(int most = 12);
  /// A process that has just started: nothing is remembered.
  void restart(std::string token = {});
  void advance(std::chrono::nanoseconds by) { clock_.advance(by); }
  [[nodiscard]] std::chrono::sys_seconds now() const {
    return std::chrono::floor<std::chrono::seconds>(clock_.wall());
  }
  /// Else a document that is invalid is taken for a mistake of the test.
  void allow_invalid_specs() { may_be_invalid_ = true; }
  /// From the next restart on, owners' own tokens are taken from there.
  void use_owner_tokens(std::string directory) { owner_tokens_ = std::move(directory); }
  /// Moves the time of day alone, as NTP or an administrator does.
  void jump(std::chrono::milliseconds by) { clock_.set_wall(clock_.wall() + by); }

  standin::Server server;
  reconcile::Reconciler& reconciler() { return *reconciler_; }
  /// Of ours, as the cycles so far have told it.
  [[nodiscard]] std::size_t builds_ended() const { return observer_.builds_ended; }

  /// The workspace's row of the last cycle.
  [[nodiscard]] const reconcile::WorkspaceStatus& status(std::string_view owner, std::string_view name) const;
  [[nodiscard]] reconcile::Reason reason(std::string_view owner, std::string_view name) const;
  /// As Coder has it; nothing if there is none.
  [[nodiscard]] std::optional<standin::WorkspaceSnapshot> live(std::string_view owner, std::string_view name);
  [[nodiscard]] std::vector<standin::WorkspaceSnapshot> fleet();

 private:
  reconcile::ReportPtr run(reconcile::Reconciler& reconciler, const specs::DesiredState& wanted);
  [[nodiscard]] coder::Client make_client(std::string token);
  [[nodiscard]] specs::DesiredState desired() { return desired_of(source_); }
  [[nodiscard]] specs::DesiredState desired_of(specs::SpecSource& source) const;
  void drive(const bool& done);
  [[nodiscard]] bool server_is_at_work() const;

  std::filesystem::path directory_;
  boost::asio::io_context context_;
  ManualClock clock_;
  Counter observer_;
  reconcile::Limits limits_;
  Mode mode_;
  std::string owner_tokens_;
  bool may_be_invalid_ = false;
  std::optional<coder::Client> client_;
  std::unique_ptr<reconcile::Reconciler> reconciler_;
  specs::SpecSource source_;
  std::vector<specs::SetPtr> sets_;
  std::vector<std::string> rejected_sets_;
  std::function<bool(const specs::WorkspaceSpec&)> selects_;
  std::size_t declared_ = 0;  ///< how often, so that each declaration is a file of its own
  reconcile::ReportPtr last_;
};

}  // namespace cr::testing
