// The stand-in Coder as a program, for demonstrations and benchmarks.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/standin/seed.h"
#include "tests/standin/server.h"

namespace {

using namespace cr::standin;

/// "2.35" of 2.35.1.
std::string line_of(Age age) {
  return std::string(release_of(age).substr(0, 4));
}

std::vector<std::string> ages() {
  std::vector<std::string> lines;
  std::ranges::transform(kAges, std::back_inserter(lines), line_of);
  return lines;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A stand-in Coder: speaks its workspace API on 127.0.0.1 until SIGTERM");
  ServerOptions options;
  std::string age = "2.35";
  std::string seed_file;
  std::string token;
  bool demo = false;
  std::size_t fleet = 0;
  double build_seconds = 0;
  bool rows_anew = false;
  std::int64_t rate_limit = RateLimit::kDefaultLimit;
  app.add_option("--age", age, "release to imitate")->check(CLI::IsMember(ages()))->capture_default_str();
  app.add_option("--port", options.port, "0: any that is free")->capture_default_str();
  app.add_flag("--tls", options.tls, "serve https with a certificate made on the spot; prints the CA's file");
  app.add_option("--seed-file", seed_file, "JSON with users, templates and workspaces")
      ->check(CLI::ExistingFile);
  app.add_flag("--demo", demo, "a few templates, users and workspaces with drift");
  app.add_option("--fleet", fleet, "so many running workspaces, ten an owner");
  app.add_option("--build-seconds", build_seconds, "how long builds take")->capture_default_str();
  app.add_flag("--rows-anew", rows_anew,
               "build each row for each answer, as Coder does, and keep none ready");
  app.add_option("--token", token, "another token of the site owner");
  app.add_option("--rate-limit", rate_limit, "requests a minute for each path; 0: none")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  options.age = *std::ranges::find(kAges, age, line_of);

  // Blocked before the server's thread starts, so that the signal reaches sigwait below.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  try {
    Server server(options);
    server.with_state([&](State& state) {
      state.rate_limit().set_limit(rate_limit);
      state.keep_rendered_rows(!rows_anew);
      if (build_seconds > 0) {
        BuildPace pace;
        pace.kind = BuildPace::Kind::after_time;
        pace.time = std::chrono::microseconds(static_cast<std::int64_t>(build_seconds * 1e6));
        state.set_build_pace(pace);
      }
      if (!token.empty()) state.add_token_text("admin", token);
      if (demo) add_demo(state);
      if (!seed_file.empty()) {
        std::ifstream file(seed_file);
        apply_seed(state, nlohmann::json::parse(file));
      }
      if (fleet > 0) add_fleet(state, fleet);
      return 0;
    });
    std::cout << "listening on " << server.url() << "\n";
    if (options.tls) std::cout << "ca file " << server.tls_files().ca_cert.string() << "\n";
    std::cout << std::flush;
    int signal = 0;
    sigwait(&signals, &signal);
  } catch (const std::exception& failure) {
    std::cerr << "coder-standin: " << failure.what() << "\n";
    return 1;
  }
  return 0;
}
