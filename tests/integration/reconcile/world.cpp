#include "world.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::ReportPtr;

std::filesystem::path make_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "cr-world-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a directory for specs");
  return pattern;
}

async::awaitable<void> one_cycle(reconcile::Reconciler& reconciler, const specs::DesiredState& desired,
                                 ReportPtr& report) {
  report = co_await reconciler.run_cycle(desired);
}

/// The client's deadline comes before the end of the answer.
bool is_hang(const standin::RequestRecord& request) {
  return request.fault == standin::FaultKind::hang ||
         request.fault == standin::FaultKind::hang_after_effect ||
         request.fault == standin::FaultKind::slow_drip;
}

}  // namespace

std::string a_document(std::string_view owner, std::string_view name, const std::vector<std::string>& lines,
                       std::string_view template_name, const std::vector<std::string>& annotations) {
  std::string text =
      "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata:\n  name: " + std::string(name) + "\n";
  if (!annotations.empty()) text += "  annotations:\n";
  for (const std::string& line : annotations) text += "    " + line + "\n";
  text += "spec:\n  owner: " + std::string(owner) + "\n  template: " + std::string(template_name) + "\n";
  for (const std::string& line : lines) text += "  " + line + "\n";
  return text;
}

reconcile::Limits World::generous() {
  reconcile::Limits limits;
  limits.max_changes.count = 1'000'000;
  limits.max_builds = 1'000;
  limits.idle_before_stop = 0s;
  return limits;
}

reconcile::Limits World::following() {
  reconcile::Limits limits = generous();
  limits.follow = {.interval = 60s, .sweep_interval = 30min};
  return limits;
}

World::World(standin::Age age, reconcile::Limits limits, Mode mode)
    : server(age),
      directory_(make_directory()),
      limits_(limits),
      mode_(mode),
      source_({directory_.string()}) {
  restart();
}

World::~World() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

coder::Client World::make_client(std::string token) {
  coder::ClientOptions options;
  options.url = server.url();
  options.token_value = token.empty() ? server.admin_token() : std::move(token);
  options.random = [] { return 0.5; };
  options.owner_tokens_directory = owner_tokens_;
  auto made = coder::make_client(std::move(options), clock_, observer_);
  if (!made) throw std::runtime_error("the client cannot be made");
  return std::move(*made);
}

void World::restart(std::string token) {
  reconciler_.reset();
  client_.reset();
  client_.emplace(make_client(std::move(token)));
  const coder::Writers writers = mode_ == Mode::plan ? coder::Writers() : client_->writers();
  reconciler_ =
      std::make_unique<reconcile::Reconciler>(client_->readers(), writers, clock_, observer_, limits_);
}

void World::declare(const std::vector<std::string>& documents) {
  std::filesystem::remove(directory_ / (std::to_string(declared_) + ".yaml"));
  std::ofstream file(directory_ / (std::to_string(++declared_) + ".yaml"));
  for (const std::string& document : documents) file << "---\n" << document;
}

void World::declare_beside(const std::vector<std::string>& documents) {
  const std::filesystem::path path = directory_ / "beside.yaml";
  if (documents.empty()) {
    std::filesystem::remove(path);
    return;
  }
  std::ofstream file(path);
  for (const std::string& document : documents) file << "---\n" << document;
}

specs::DesiredState World::desired_of(specs::SpecSource& source) const {
  auto desired = source.load();
  if (!desired) throw std::runtime_error(desired.error().message());
  if (!may_be_invalid_ && !desired->diagnostics.empty())
    throw std::runtime_error(specs::render(desired->diagnostics.front()));
  desired->sets = sets_;
  desired->rejected_sets = rejected_sets_;
  desired->selects = selects_;
  return std::move(*desired);
}

ReportPtr World::run(reconcile::Reconciler& reconciler, const specs::DesiredState& wanted) {
  ReportPtr report;
  bool done = false;
  std::exception_ptr failure;
  context_.restart();
  boost::asio::co_spawn(context_, one_cycle(reconciler, wanted, report), [&](std::exception_ptr thrown) {
    failure = thrown;
    done = true;
  });
  drive(done);
  if (failure) std::rethrow_exception(failure);
  return report;
}

ReportPtr World::cycle() {
  last_ = run(*reconciler_, desired());
  return last_;
}

ReportPtr World::plan_beside() {
  coder::Client client = make_client({});
  reconcile::Limits limits = limits_;
  limits.follow.reset();
  reconcile::Reconciler planner(client.readers(), {}, clock_, observer_, limits);
  return run(planner, desired());
}

ReportPtr World::plan_as_guest(const std::vector<std::string>& documents) {
  specs::SourceTexts texts;
  for (const std::string& document : documents)
    texts.files.push_back({.path = std::to_string(texts.files.size()) + ".yaml", .text = document});
  specs::SpecSource source(std::move(texts));
  coder::Client client = make_client({});
  reconcile::Limits limits = limits_;
  limits.look_back = !limits.follow;  // as the daemon's planner does
  reconcile::Reconciler guest(client.readers(), clock_, observer_, limits, reconciler_->knowledge());
  return run(guest, desired_of(source));
}

bool World::stopped_cycle(std::string target_prefix, std::size_t count) {
  const specs::DesiredState wanted = desired();
  const std::size_t before = server.request_count(target_prefix);
  server.hold(target_prefix);
  ReportPtr report;
  bool done = false;
  std::exception_ptr failure;
  boost::asio::cancellation_signal stop;
  context_.restart();
  auto on_end = [&](std::exception_ptr thrown) {
    failure = thrown;
    done = true;
  };
  boost::asio::co_spawn(context_, one_cycle(*reconciler_, wanted, report),
                        boost::asio::bind_cancellation_slot(stop.slot(), on_end));
  const auto patience = std::chrono::steady_clock::now() + 30s;
  while (!done && server.request_count(target_prefix) < before + count) {
    context_.run_one_for(5ms);
    if (std::chrono::steady_clock::now() > patience) throw std::logic_error("nothing of the kind is asked");
  }
  stop.emit(boost::asio::cancellation_type::terminal);
  server.release();
  drive(done);
  if (!failure) return false;
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    return error.code() == boost::asio::error::operation_aborted;
  }
}

ReportPtr World::converge(int most) {
  ReportPtr report;
  for (int i = 0; i < most; ++i) {
    const std::size_t before = server.writes().size();
    report = cycle();
    if (server.writes().size() == before && !report->waiting) return report;
    clock_.advance(5s);
  }
  return report;
}

/// Runs until the cycle has ended. Time goes on only when nobody can: nothing has happened for a while, and
/// whatever the stand-in has been asked it has answered or will not answer.
void World::drive(const bool& done) {
  constexpr int kSilence = 40;
  std::size_t retries_seen = observer_.retries;
  int silent = 0;
  while (!done) {
    if (context_.run_one_for(5ms) > 0) {
      silent = 0;
      continue;
    }
    // The client says when it waits between two attempts; a wait for an answer that never comes shows by
    // silence.
    const int enough = observer_.retries > retries_seen ? 1 : kSilence;
    if (server_is_at_work() || ++silent < enough) continue;
    const auto wake = clock_.next_wake();
    if (!wake) {
      if (silent > 100 * kSilence) throw std::logic_error("the cycle waits for something that never comes");
      continue;
    }
    retries_seen = observer_.retries;
    clock_.advance(*wake - clock_.now());
    silent = 0;
  }
}

bool World::server_is_at_work() const {
  const auto requests = server.requests();
  return std::any_of(requests.begin(), requests.end(), [](const standin::RequestRecord& request) {
    return request.end == 0 && !is_hang(request);
  });
}

const reconcile::WorkspaceStatus& World::status(std::string_view owner, std::string_view name) const {
  for (const reconcile::WorkspaceStatus& row : last_->workspaces) {
    if (row.spec->owner == owner && row.spec->name == name) return row;
  }
  throw std::out_of_range("not declared: " + std::string(owner) + "/" + std::string(name));
}

reconcile::Reason World::reason(std::string_view owner, std::string_view name) const {
  return status(owner, name).ready.reason;
}

std::optional<standin::WorkspaceSnapshot> World::live(std::string_view owner, std::string_view name) {
  for (const standin::WorkspaceSnapshot& one : fleet()) {
    if (one.owner == owner && one.name == name) return one;
  }
  return std::nullopt;
}

std::vector<standin::WorkspaceSnapshot> World::fleet() {
  return server.with_state([](standin::State& state) { return state.snapshot(); });
}

}  // namespace cr::testing
