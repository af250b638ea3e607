#include "metrics/process.h"

#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <vector>

namespace cr::metrics {

namespace {

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::optional<double> number(const std::string& text) {
  std::istringstream in(text);
  double value = 0;
  if (in >> value) return value;
  return std::nullopt;
}

/// The number in the second column of the line that begins with `key`.
std::optional<double> number_after(const std::string& text, const std::string& key) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(key, 0) == 0) return number(line.substr(key.size()));
  }
  return std::nullopt;
}

/// Fields of /proc/PID/stat behind the command, whose parentheses may hold anything: [0] is field 3 of
/// proc(5), the state.
std::vector<std::string> stat_fields(const std::string& stat) {
  const std::size_t end_of_command = stat.rfind(')');
  if (end_of_command == std::string::npos) return {};
  std::istringstream in(stat.substr(end_of_command + 1));
  return {std::istream_iterator<std::string>(in), std::istream_iterator<std::string>()};
}

std::optional<double> count_entries(const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator it(folder, error);
  if (error) return std::nullopt;
  double count = 0;
  for (const std::filesystem::directory_iterator end; it != end; it.increment(error)) {
    ++count;
    if (error) return std::nullopt;
  }
  return count;
}

}  // namespace

ProcessFigures read_process_figures(const std::string& proc) {
  // Numbers of the fields in proc(5), counted from 1, of which the first two are gone.
  constexpr std::size_t kUserTime = 14 - 3, kSystemTime = 15 - 3, kStartTime = 22 - 3, kVirtual = 23 - 3,
                        kResident = 24 - 3;
  const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page_size = static_cast<double>(sysconf(_SC_PAGESIZE));

  ProcessFigures figures;
  const std::vector<std::string> fields = stat_fields(read_text(proc + "/self/stat"));
  if (fields.size() > kResident) {
    const auto user = number(fields[kUserTime]), system = number(fields[kSystemTime]);
    if (user && system) figures.cpu_seconds = (*user + *system) / ticks_per_second;
    figures.virtual_bytes = number(fields[kVirtual]);
    if (const auto pages = number(fields[kResident])) figures.resident_bytes = *pages * page_size;
    const auto start = number(fields[kStartTime]);
    const auto boot = number_after(read_text(proc + "/stat"), "btime");
    if (start && boot) figures.start_time_seconds = *boot + *start / ticks_per_second;
  }
  figures.open_fds = count_entries(proc + "/self/fd");
  figures.max_fds = number_after(read_text(proc + "/self/limits"), "Max open files");
  return figures;
}

}  // namespace cr::metrics
