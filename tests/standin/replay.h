#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/standin/message.h"
#include "tests/standin/recording.h"
#include "tests/standin/state.h"

namespace cr::standin {

/// Sends a recorded tour again to a stand-in populated alike: status, headers, key sets, types, the values
/// that matter, and the effect on later reads must agree. Builds end when the tour says so.
class ReplayTest : public testing::TestWithParam<Age> {
 protected:
  explicit ReplayTest(Tour tour);

  /// Who called.
  [[nodiscard]] virtual std::string token_for(const std::string& name) const = 0;
  /// What happened on the recorded server without being recorded.
  virtual void happen_before(const RecordedExchange& exchange) = 0;
  /// What happened between the answer and the read that was taken after it.
  virtual void happen_after(const RecordedExchange&) {}
  /// Takes out of the stand-in's answer what luck decided on the recorded server.
  virtual void settle(const RecordedExchange&, nlohmann::json&) const {}
  /// What else a read after the call must show.
  virtual void check_read(const RecordedExchange&, const nlohmann::json&) {}

  Reply send(const std::string& method, const std::string& target, const std::string& body,
             const std::string& token);
  void replay(const RecordedExchange& exchange);
  [[nodiscard]] const RecordedExchange& recorded(const std::string& name) const {
    return recording_.at(name);
  }

  State state_;
  std::map<std::string, RecordedExchange> recording_;
  IdMap ids_;

 private:
  void check_headers(const RecordedExchange& exchange, const Reply& reply) const;
  void check_effect(const RecordedExchange& exchange);
};

/// Of the client that the recordings were made with.
inline constexpr std::string_view kUserAgent = "Python-urllib/3.11";

/// Whether each exchange is in the tour once, or listed with a reason.
void expect_whole(const std::map<std::string, RecordedExchange>& recording,
                  const std::vector<std::string>& tour,
                  const std::map<std::string, std::string>& not_covered);

/// What the recorded server's templates were: `cpu` from 1 to 8 and `region`.
[[nodiscard]] TemplateParameter recorded_cpu();
[[nodiscard]] TemplateParameter recorded_region();
/// PascalCase rows of a reply to `…/presets`.
[[nodiscard]] std::vector<Preset> recorded_presets(const nlohmann::json& rows);

}  // namespace cr::standin
