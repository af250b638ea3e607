#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/integration/daemon/deployment.h"
#include "tests/support/seeds.h"

/// Random histories of `apply`: what is declared, what people change in Coder, what is refused, invalid, held
/// or away. How each run has to end follows from what Coder holds and what stands in its way, not from what
/// the program says. Each history follows from its seed alone.
namespace cr {
namespace {

using standin::FaultKind;
using testing::Deployment;

constexpr std::int64_t kHour = 3'600'000;
constexpr int kConverged = 0, kNotConverged = 3, kInvalid = 4, kHeld = 5, kUnreachable = 6;

/// What a document declares.
struct Wish {
  int ttl_hours = 8;
  bool create = true;
  bool update = true;
  bool suspended = false;
  bool template_known = true;
  bool twice = false;    ///< in two documents
  bool invalid = false;  ///< with a value that is none
};

/// How Coder is while the command runs.
enum class Weather { fine, gusts, away, silent, writes_hang, token_refused };

class ApplyHistory {
 public:
  explicit ApplyHistory(std::uint64_t seed)
      : random_(seed), deployment_(standin::kAges.at(seed % standin::kAges.size())) {
    deployment_.coder.set_fault_seed(seed);
  }

  void run(int rounds) {
    for (int round = 0; round < rounds; ++round) {
      declare();
      meddle();
      apply(a_weather());
    }
    // What is left to do is done once nothing stands in its way.
    refused_.clear();
    limit_ = 100;
    approves_ = false;
    if (apply(Weather::fine) != kConverged) return;
    deployment_.coder.clear_requests();
    EXPECT_EQ(apply(Weather::fine), kConverged);
    EXPECT_TRUE(deployment_.coder.writes().empty());
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }
  bool one_in(std::size_t many) { return pick(many) == 0; }
  template <class Fn>
  void edit(Fn&& change) {
    deployment_.coder.with_state([&](standin::State& state) {
      change(state);
      return 0;
    });
  }

  Weather a_weather() {
    // Those that need a time-out of the command cost it.
    switch (pick(14)) {
      case 0:
        return Weather::away;
      case 1:
        return Weather::silent;
      case 2:
        return Weather::writes_hang;
      case 3:
        return Weather::token_refused;
      case 4:
      case 5:
      case 6:
        return Weather::gusts;
      default:
        return Weather::fine;
    }
  }

  void declare() {
    for (const auto& [name, wish] : wishes_) deployment_.folder.write("specs/" + name + ".yaml", "");
    wishes_.clear();
    const bool orderly = one_in(2);
    static constexpr const char* kNames[] = {"dev", "a", "b", "c", "d", "e"};
    for (const char* name : kNames) {
      // One that is always there, so that there is something to ask Coder for.
      const bool first = name == kNames[0];
      if (!first && one_in(3)) continue;
      Wish wish;
      wish.ttl_hours = static_cast<int>(1 + pick(3));
      if (!orderly && !first) {
        wish.create = !one_in(6);
        wish.update = !one_in(6);
        wish.suspended = one_in(8);
        wish.template_known = !one_in(10);
        wish.twice = one_in(14);
        wish.invalid = one_in(14);
      }
      wishes_[name] = wish;
      deployment_.folder.write("specs/" + std::string{name} + ".yaml", documents_of(name, wish));
    }
    refused_.clear();
    if (one_in(3)) refused_.push_back(kNames[pick(std::size(kNames))]);
    limit_ = one_in(3) ? 1 + pick(3) : 100;
    approves_ = one_in(2);
  }

  static std::string documents_of(const std::string& name, const Wish& wish) {
    std::string text = "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata:\n  name: " + name + "\n";
    if (wish.suspended) text += "  annotations: {coder-reconciler/suspend: \"true\"}\n";
    text += "spec:\n  owner: alice\n  template: ";
    text += wish.template_known ? "docker" : "nowhere";
    text += "\n  ttl: " + std::to_string(wish.ttl_hours) + (wish.invalid ? "hours\n" : "h\n");
    text += std::string("  reconcilePolicy: {create: ") + (wish.create ? "true" : "false") +
            ", update: " + (wish.update ? "true" : "false") + "}\n";
    return wish.twice ? text + "---\n" + text : text;
  }

  /// What people do meanwhile.
  void meddle() {
    edit([&](standin::State& state) {
      for (const auto& [name, wish] : wishes_) {
        if (!state.find_workspace("alice", name)) continue;
        if (one_in(3)) state.set_ttl("alice", name, kHour * static_cast<int>(1 + pick(3)));
        if (one_in(8)) state.delete_workspace("alice", name);
      }
    });
  }

  [[nodiscard]] std::optional<std::int64_t> ttl_of(const std::string& name) {
    return deployment_.coder.with_state([&](standin::State& state) -> std::optional<std::int64_t> {
      for (const auto& row : state.snapshot())
        if (row.name == name) return row.ttl_ms.value_or(0);
      return std::nullopt;
    });
  }

  [[nodiscard]] bool is_refused(const std::string& name) const {
    return std::ranges::find(refused_, name) != refused_.end();
  }

  /// What is left when everything has been done that may be done, and how much that is.
  struct Outlook {
    std::size_t changes = 0;
    bool invalid = false;
    bool unready = false;  ///< some workspace stays other than declared
  };
  [[nodiscard]] Outlook outlook() {
    Outlook all;
    for (const auto& [name, wish] : wishes_) {
      if (wish.invalid || wish.twice) {
        all.invalid = true;
        continue;
      }
      if (wish.suspended) continue;
      const auto live = ttl_of(name);
      if (!wish.template_known && !live) {
        all.unready = true;
        continue;
      }
      const bool as_declared = live == wish.ttl_hours * kHour;
      if (as_declared) continue;
      const bool may = live ? wish.update : wish.create;
      if (may) ++all.changes;
      if (!may || is_refused(name)) all.unready = true;
    }
    return all;
  }

  /// Of several the highest wins.
  [[nodiscard]] int expected(const Outlook& all, Weather weather) const {
    if (weather == Weather::away || weather == Weather::silent || weather == Weather::token_refused)
      return kUnreachable;
    if (all.changes > limit_ && !approves_) return kHeld;
    if (all.invalid) return kInvalid;
    const bool hung = weather == Weather::writes_hang && all.changes > 0;
    return all.unready || hung ? kNotConverged : kConverged;
  }

  int apply(Weather weather) {
    const Outlook all = outlook();
    std::vector<std::string> arguments{
        "apply", deployment_.specs(), "--max-changes", std::to_string(limit_), "--output", "json"};
    if (all.changes > limit_ && approves_) {
      arguments.emplace_back("--approve");
      arguments.push_back(digest());
    }
    ids_ = deployment_.coder.with_state([](standin::State& state) {
      std::map<std::string, std::string> ids;
      for (const auto& row : state.snapshot()) ids[row.name] = row.id;
      return ids;
    });
    add_faults(weather);
    if (weather == Weather::away || weather == Weather::silent) {
      arguments.insert(arguments.end(), {"--timeout", "1s"});
    } else if (weather == Weather::writes_hang) {
      arguments.insert(arguments.end(), {"--timeout", "6s", "--shutdown-timeout", "1s"});
    }
    auto environment = deployment_.environment();
    if (weather == Weather::token_refused)
      environment["CODER_SESSION_TOKEN"] = "abcdefghij-ofNobodyThatCoderKnows";
    if (weather == Weather::away) deployment_.coder.stop_listening();
    const auto ended = testing::run_program(CR_PROGRAM, arguments, environment);
    if (weather == Weather::away) deployment_.coder.start_listening();
    deployment_.coder.clear_faults();
    EXPECT_EQ(ended.code, expected(all, weather))
        << "weather " << static_cast<int>(weather) << ", " << all.changes << " changes of " << limit_ << '\n'
        << ended.out << ended.err;
    testing::expect_documented(arguments, ended.out);
    if (ended.code == kConverged) expect_as_declared();
    return ended.code;
  }

  /// As `plan` tells it to whoever approves.
  std::string digest() {
    const auto shown = testing::run_program(
        CR_PROGRAM,
        {"plan", deployment_.specs(), "--max-changes", std::to_string(limit_), "--output", "json"},
        deployment_.environment());
    const std::string key = "\"digest\": \"";
    const auto begin = shown.out.find(key) + key.size();
    return shown.out.substr(begin, shown.out.find('"', begin) - begin);
  }

  void add_faults(Weather weather) {
    for (const std::string& name : refused_) {
      standin::FaultRule no(FaultKind::status);
      no.status = 400;
      no.message = "Not like that.";
      no.when = [this, name](const standin::Request& request) {
        return request.method != "GET" && concerns(request, name);
      };
      deployment_.coder.add_fault(no);
    }
    switch (weather) {
      case Weather::silent: {
        standin::FaultRule rule(FaultKind::hang);
        deployment_.coder.add_fault(rule);
        return;
      }
      case Weather::writes_hang:
        for (const char* method : {"PUT", "POST"}) {
          standin::FaultRule rule(FaultKind::hang);
          rule.method = method;
          rule.when = [](const standin::Request& request) {
            return request.path.starts_with("/api/v2/workspaces/") || request.path.ends_with("/workspaces");
          };
          deployment_.coder.add_fault(rule);
        }
        return;
      case Weather::gusts: {
        static constexpr FaultKind kKinds[] = {FaultKind::reset, FaultKind::reset_after_effect,
                                               FaultKind::truncated_body, FaultKind::status};
        standin::FaultRule rule(kKinds[pick(std::size(kKinds))]);
        rule.nth = 1 + pick(6);
        rule.times = 1;
        deployment_.coder.add_fault(rule);
        return;
      }
      default:
        return;
    }
  }

  /// Runs on the server's thread, which holds the state.
  bool concerns(const standin::Request& request, const std::string& name) const {
    if (request.body.find("\"name\":\"" + name + "\"") != std::string::npos) return true;
    const auto id = ids_.find(name);
    return id != ids_.end() && request.path.find(id->second) != std::string::npos;
  }

  void expect_as_declared() {
    for (const auto& [name, wish] : wishes_) {
      if (wish.suspended) continue;
      EXPECT_EQ(ttl_of(name), wish.ttl_hours * kHour) << name;
    }
  }

  std::mt19937_64 random_;
  Deployment deployment_;
  std::map<std::string, Wish> wishes_;
  std::vector<std::string> refused_;        ///< workspaces of which Coder takes no write
  std::map<std::string, std::string> ids_;  ///< of live workspaces, when the command begins
  std::size_t limit_ = 100;
  bool approves_ = false;
};

class ApplyHistories : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, ApplyHistories, testing::seeds());

TEST_P(ApplyHistories, EndAsTheStateOfCoderSays) {
  SCOPED_TRACE("CR_HISTORY=" + std::to_string(GetParam()) + " runs this history again");
  ApplyHistory(GetParam()).run(4);
}

}  // namespace
}  // namespace cr
