#pragma once

#include <map>
#include <memory>
#include <string>

#include "reconcile/coder/api.h"
#include "reconcile/coder/caller.h"

namespace cr::coder {

/// Coder with the tokens that a directory has: one file a user, named as the username. A file is used only if
/// it belongs to the user that we run as and nobody else may read it. It is looked at each time, and read
/// again when it changes. Blocking reads of small files. One thread.
class OwnerTokens final : public OwnersReader, public OwnersWriter {
 public:
  /// References outlive it; `options` as for the token of the whole program.
  OwnerTokens(std::string directory, async::Clock& clock, CallObserver& observer, http::Transport& transport,
              Caller::Options options);
  ~OwnerTokens() override;

  [[nodiscard]] CoderReader* reader_of(const std::string& username) override;
  [[nodiscard]] CoderWriter* writer_of(const std::string& username) override;
  [[nodiscard]] std::string problem_of(const std::string& username) override;

  void end_by(SteadyTime end);
  void stop_waiting();

 private:
  struct Access;
  /// Null where there is none that is good; `problem` says why.
  Access* find(const std::string& username, std::string& problem);

  std::string directory_;
  async::Clock& clock_;
  CallObserver& observer_;
  http::Transport& transport_;
  Caller::Options options_;
  std::optional<SteadyTime> end_;
  std::map<std::string, std::unique_ptr<Access>> by_username_;
};

}  // namespace cr::coder
