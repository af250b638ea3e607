#include "tests/unit/metrics/samples.h"

#include <gtest/gtest.h>

#include <sstream>

namespace cr::testing {

Samples parse_samples(std::string_view text) {
  Samples samples;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t blank = line.rfind(' ');
    if (blank == std::string::npos) {
      ADD_FAILURE() << "no sample: " << line;
      continue;
    }
    std::size_t read = 0;
    const std::string number = line.substr(blank + 1);
    const double value = std::stod(number, &read);
    EXPECT_EQ(read, number.size()) << line;
    EXPECT_TRUE(samples.emplace(line.substr(0, blank), value).second) << "twice: " << line;
  }
  return samples;
}

}  // namespace cr::testing
