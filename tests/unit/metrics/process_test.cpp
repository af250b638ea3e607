#include "metrics/process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

namespace cr::metrics {
namespace {

namespace fs = std::filesystem;

/// A folder that looks like /proc.
class FakeProc : public ::testing::Test {
 protected:
  FakeProc() : root_(fs::temp_directory_path() / ("cr-proc-" + std::to_string(getpid()))) {
    fs::remove_all(root_);
    fs::create_directories(root_ / "self" / "fd");
  }
  ~FakeProc() override { fs::remove_all(root_); }
  void write(const std::string& path, const std::string& text) const { std::ofstream(root_ / path) << text; }
  [[nodiscard]] ProcessFigures read() const { return read_process_figures(root_.string()); }

 private:
  fs::path root_;
};

TEST_F(FakeProc, FiguresAreThoseOfTheKernel) {
  // A command may hold blanks and parentheses.
  write("self/stat",
        "42 (coder ) recon(c) S 1 42 42 0 -1 4194304 900 0 0 0 250 50 0 0 20 0 3 0 12300 104857600 2560 "
        "18446744073709551615 1 1 0 0 0 0 0 4096 81923 0 0 0 17 0 0 0 0 0 0\n");
  write("stat", "cpu  1 2 3\nbtime 1764000000\nprocesses 7\n");
  write("self/limits",
        "Limit                     Soft Limit           Hard Limit           Units\n"
        "Max processes             111                  222                  processes\n"
        "Max open files            1024                 524288               files\n");
  for (const char* fd : {"0", "1", "2"}) write(std::string("self/fd/") + fd, "");
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const ProcessFigures figures = read();
  EXPECT_EQ(figures.cpu_seconds, 300 / ticks);
  EXPECT_EQ(figures.virtual_bytes, 104857600);
  EXPECT_EQ(figures.resident_bytes, 2560.0 * static_cast<double>(sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(figures.start_time_seconds, 1764000000 + 12300 / ticks);
  EXPECT_EQ(figures.open_fds, 3);
  EXPECT_EQ(figures.max_fds, 1024);
}

TEST_F(FakeProc, WhatCannotBeReadIsAbsent) {
  fs::remove_all(fs::temp_directory_path() / ("cr-proc-" + std::to_string(getpid())));
  EXPECT_EQ(read(), ProcessFigures{});
}

TEST_F(FakeProc, GarbageIsAbsentToo) {
  write("self/stat", "no parenthesis here");
  write("stat", "btime soon\n");
  write("self/limits", "Max open files            unlimited            unlimited            files\n");
  const ProcessFigures figures = read();
  EXPECT_FALSE(figures.cpu_seconds);
  EXPECT_FALSE(figures.start_time_seconds);
  EXPECT_FALSE(figures.max_fds);
  EXPECT_EQ(figures.open_fds, 0);
}

TEST(Process, OfThisTestIsPlausible) {
  const ProcessFigures figures = read_process_figures();
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_GT(figures.resident_bytes.value_or(0), 1e5);
  EXPECT_GE(figures.virtual_bytes.value_or(0), figures.resident_bytes.value_or(0));
  EXPECT_GE(figures.open_fds.value_or(0), 3);
  EXPECT_GE(figures.cpu_seconds.value_or(-1), 0);
  EXPECT_NEAR(figures.start_time_seconds.value_or(0), now, 3600);
}

}  // namespace
}  // namespace cr::metrics
