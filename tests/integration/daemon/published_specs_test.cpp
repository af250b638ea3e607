// The daemon beside what publishes specs, git-sync and the kubelet: while one revision after another takes
// the place of the one before, it never mixes two, never misses the last one, and names the one that it read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <thread>

#include "specs/duration.h"
#include "specs/source.h"
#include "tests/integration/daemon/deployment.h"
#include "tests/integration/daemon/published_specs.h"

namespace cr {
namespace {

using nlohmann::json;
using ::testing::AnyOf;
using testing::ConfigMapVolume;
using testing::Deployment;
using ::testing::ElementsAre;
using testing::GitSync;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::MarkedSpecs;
using testing::Process;
using testing::Publisher;
using ::testing::SizeIs;

std::string ttl_text(int mark) {
  return specs::format_duration(MarkedSpecs::ttl(mark));
}

/// The value of `key=` in a line of log, or empty.
std::string value_in(const std::string& line, const std::string& key) {
  const auto at = line.find(' ' + key + '=');
  if (at == std::string::npos) return {};
  const auto from = at + key.size() + 2;
  return line.substr(from, line.find(' ', from) - from);
}

/// Asks a daemon for what it shows, again and again, in a thread of its own, and notes what must not be.
class Onlooker {
 public:
  Onlooker(std::string port, std::function<std::string(int mark)> revision)
      : port_(std::move(port)), revision_(std::move(revision)), thread_([this](const std::stop_token& stop) {
          while (!stop.stop_requested()) look();
        }) {}

  /// Blocks until the daemon has been looked at so often, counted from now.
  void wait_for_looks(int count) {
    const int wanted = looks_ + count;
    for (int looks = looks_; looks < wanted; looks = looks_) looks_.wait(looks);
  }
  /// Ends the looking; what was seen that must not be.
  std::set<std::string> wrongs() {
    thread_.request_stop();
    thread_.join();
    return std::move(wrongs_);
  }
  [[nodiscard]] std::size_t distinct_revisions() const { return seen_.size(); }

 private:
  void look() {
    try {
      const json before = get("/api/v1/summary");
      const json list = get("/api/v1/workspaces?limit=1000");
      const json after = get("/api/v1/summary");
      if (list.contains("workspaces")) judge(before, list, after);
    } catch (const std::exception& failure) {
      wrongs_.insert(std::string("the daemon does not answer: ") + failure.what());
    }
    ++looks_;
    looks_.notify_all();
  }

  json get(const std::string& target) { return json::parse(testing::ask(port_, "GET", target).body); }

  void judge(const json& before, const json& list, const json& after) {
    std::set<std::string> labels, ttls;
    for (const json& row : list["workspaces"]) {
      labels.insert(row["labels"].value("rev", "none"));
      for (const json& drift : row.value("drift", json::array())) ttls.insert(drift["desired"]);
    }
    if (labels.size() != 1 || ttls.size() > 1) {
      wrongs_.insert("two revisions at once: " + json(labels).dump() + json(ttls).dump());
      return;
    }
    const int mark = std::stoi(labels.begin()->substr(1));
    // What is new or gone in a ConfigMap is linked and unlinked after the swap.
    if (list["total"] < MarkedSpecs::kFiles || list["total"] > MarkedSpecs::files(mark))
      wrongs_.insert("part of a revision: " + list["total"].dump() + " specs of " + *labels.begin());
    seen_.insert(mark);
    if (!ttls.empty() && *ttls.begin() != ttl_text(mark))
      wrongs_.insert("label and TTL differ: " + *labels.begin() + ' ' + *ttls.begin());
    // The list does not tell its revision. Revisions never come back, so between two summaries of the same
    // one it is theirs.
    if (before.value("revision", "") != after.value("revision", "")) return;
    if (before.value("revision", "") != revision_(mark))
      wrongs_.insert("revision " + before.value("revision", "") + " is shown for the specs of " +
                     revision_(mark));
  }

  std::string port_;
  std::function<std::string(int mark)> revision_;
  std::atomic<int> looks_{0};
  std::set<std::string> wrongs_;  ///< the thread's own until it has ended
  std::set<int> seen_;            ///< likewise
  std::jthread thread_;           ///< last: it uses the others
};

/// A daemon whose interval never passes, so that a revision is seen for its own sake or never.
class PublishedSpecs : public ::testing::Test {
 protected:
  PublishedSpecs() {
    deployment_.coder.with_state([](standin::State& state) {
      state.rate_limit().set_limit(0);  // more cycles a minute than Coder would answer
      for (int file = 0; file <= MarkedSpecs::kFiles; ++file) {
        standin::WorkspaceSeed seed;
        seed.owner = "alice";
        seed.name = MarkedSpecs::name(file);
        seed.template_name = "docker";
        seed.ttl_ms = 4 * 3'600'000;
        state.add_workspace(seed);
      }
      return 0;
    });
  }

  void start(const std::string& specs) {
    daemon_.emplace(CR_PROGRAM,
                    std::vector<std::string>{"run", specs, "--interval", "24h", "--listen", "127.0.0.1:0"},
                    deployment_.environment());
    const std::string line = daemon_->wait_for_log("listening address=");
    port_ = line.substr(line.rfind(':') + 1);
  }
  void call_webhook() {
    if (testing::ask(port_, "POST", "/-/reconcile").status != 202) ADD_FAILURE() << "no webhook";
  }

  /// Publishes revisions in rounds of different length, half of the rounds with the webhook, and waits only
  /// for the last one of each round. Returns how many were published.
  int publish_many(Publisher& publisher, Onlooker& onlooker, int mark);
  void expect_reached(const Publisher& publisher, int mark);
  /// What the daemon did is what the revision that it said it had read declares.
  void expect_log_of_one_mind(const Publisher& publisher, int last) const;
  void expect_revisions_whole_and_none_lost(Publisher& publisher);

  Deployment deployment_;
  std::optional<Process> daemon_;
  std::string port_;
};

int PublishedSpecs::publish_many(Publisher& publisher, Onlooker& onlooker, int mark) {
  constexpr int kRounds = 12;
  constexpr unsigned kSeed = 4711;
  std::mt19937 random(kSeed);
  const auto up_to = [&](int most) { return std::uniform_int_distribution<>(0, most)(random); };
  for (int round = 0; round < kRounds; ++round) {
    const bool webhook = round % 2 == 0;
    const int end = mark + 10 + up_to(30);
    for (int next = mark + 1; next <= end; ++next) publisher.prepare(next);
    while (mark < end) {
      publisher.flip(++mark);
      if (webhook && (up_to(1) == 0 || mark == end)) call_webhook();
      if (up_to(9) == 0) onlooker.wait_for_looks(up_to(3));
    }
    // A writable workspace gets the last one's value: in vain would be waited for one that is lost.
    const std::string wanted = " new=" + ttl_text(mark) + ' ';
    std::string action;
    do action = daemon_->wait_for_log("action done ");
    while (action.find(wanted) == std::string::npos);
    daemon_->wait_for_log("cycle ended");
    expect_reached(publisher, mark);
  }
  return mark;
}

void PublishedSpecs::expect_reached(const Publisher& publisher, int mark) {
  const json summary = json::parse(testing::ask(port_, "GET", "/api/v1/summary").body);
  EXPECT_EQ(summary.value("revision", ""), publisher.revision(mark));
  EXPECT_EQ(summary["declared"], MarkedSpecs::files(mark));
  EXPECT_EQ(summary["specs"]["stale"], false);
  const std::string metrics = testing::ask(port_, "GET", "/metrics").body;
  const std::string series = "coder_reconciler_source_revision_info{";
  const auto shown = metrics.find(series);
  if (publisher.revision(mark).empty()) {
    EXPECT_EQ(shown, std::string::npos);
  } else {
    EXPECT_THAT(metrics, HasSubstr(series + "revision=\"" + publisher.revision(mark) + "\"} 1\n"));
    EXPECT_EQ(metrics.find(series, shown + 1), std::string::npos) << "one revision is in force, not two";
  }
  for (int file = 0; file < MarkedSpecs::kWritable; ++file)
    EXPECT_EQ(std::chrono::milliseconds(deployment_.ttl_of(MarkedSpecs::name(file))), MarkedSpecs::ttl(mark));
}

void PublishedSpecs::expect_log_of_one_mind(const Publisher& publisher, int last) const {
  std::map<std::string, std::string> ttl_of_revision;
  for (int mark = 0; mark <= last; ++mark) ttl_of_revision[publisher.revision(mark)] = ttl_text(mark);
  std::string read, written;  // since the specs were last read
  std::istringstream log(daemon_->err());
  for (std::string line; std::getline(log, line);) {
    if (line.find("specs read ") != std::string::npos) {
      read = value_in(line, "revision");
      written.clear();
    }
    if (line.find("action ") == std::string::npos) continue;
    const std::string value = value_in(line, "new");
    EXPECT_THAT(written, AnyOf("", value)) << line;
    written = value;
    EXPECT_EQ(value, read.empty() ? value : ttl_of_revision.at(read)) << line;
  }
}

void PublishedSpecs::expect_revisions_whole_and_none_lost(Publisher& publisher) {
  publisher.prepare(0);
  publisher.flip(0);
  start(publisher.specs());
  daemon_->wait_for_log("cycle ended");
  expect_reached(publisher, 0);
  Onlooker onlooker(port_, [&](int mark) { return publisher.revision(mark); });
  const int last = publish_many(publisher, onlooker, 0);
  EXPECT_THAT(onlooker.wrongs(), IsEmpty());
  expect_log_of_one_mind(publisher, last);
  EXPECT_GE(last, 200) << "flips";
  EXPECT_GE(onlooker.distinct_revisions(), 12U) << "at least the last one of each round was looked at";
  RecordProperty("flips", last);
  RecordProperty("revisions_seen", static_cast<int>(onlooker.distinct_revisions()));
}

/// In each load the next revision takes its place just before another file is read.
void expect_whole_when_flipped_at_any_file(Publisher& publisher) {
  publisher.prepare(0);
  publisher.flip(0);
  for (int mark = 1; mark <= MarkedSpecs::kFiles; ++mark) {
    publisher.prepare(mark);
    specs::SpecSource source({publisher.specs()});
    source.before_reading([&, reads = 0](const std::string&) mutable {
      if (++reads == mark) publisher.flip(mark);
    });
    const auto state = source.load();
    ASSERT_TRUE(state) << state.error().message();
    std::set<std::string> labels;
    for (const auto& spec : state->specs) labels.insert(spec->body->labels.front().second);
    EXPECT_THAT(labels, ElementsAre(MarkedSpecs::label(mark)));
    EXPECT_THAT(state->specs, SizeIs(MarkedSpecs::files(mark)));
    EXPECT_EQ(state->revision, publisher.revision(mark));
  }
}

TEST(FlippedAtAnyFile, GitSyncsTreeIsReadWhole) {
  GitSync publisher;
  expect_whole_when_flipped_at_any_file(publisher);
}

TEST(FlippedAtAnyFile, AConfigMapIsReadWhole) {
  ConfigMapVolume publisher;
  expect_whole_when_flipped_at_any_file(publisher);
}

TEST_F(PublishedSpecs, ByGitSyncAreReadWholeAndNoneIsLost) {
  GitSync publisher;
  expect_revisions_whole_and_none_lost(publisher);
}

TEST_F(PublishedSpecs, ByAConfigMapAreReadWholeAndNoneIsLost) {
  ConfigMapVolume publisher;
  expect_revisions_whole_and_none_lost(publisher);
}

TEST_F(PublishedSpecs, AFlipRightAfterTheFirstReadIsSeen) {
  // More complaints than a pipe holds: the daemon stands still between its first read and its first cycle for
  // as long as nobody reads them.
  GitSync publisher;
  std::string broken;
  constexpr int kComplaints = 5000;
  for (int i = 0; i < kComplaints; ++i) broken += "---\nkind: Nothing\n";
  publisher.write(0, "specs/broken.yaml", broken);
  publisher.flip(0);
  start(publisher.specs());
  daemon_->wait_for_log("a spec is invalid");
  publisher.prepare(1);
  publisher.flip(1);
  EXPECT_THAT(daemon_->wait_for_log("revision=" + publisher.revision(1)), HasSubstr("specs read"));
  daemon_->wait_for_log("cycle ended");
  expect_reached(publisher, 1);
}

}  // namespace
}  // namespace cr
