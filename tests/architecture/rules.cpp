#include "tests/architecture/rules.h"

#include <algorithm>
#include <regex>

namespace cr::testing {

namespace {

/// Whether `path` is `prefix`, or continues it.
bool begins_with_any(std::string_view path, const std::vector<std::string_view>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return path.starts_with(prefix); });
}

std::string at(const SourceFile& file, std::size_t line) {
  return file.path + ':' + std::to_string(line) + ": ";
}

std::string list_of(const std::vector<std::string_view>& items) {
  std::string text;
  for (const std::string_view item : items) text.append(text.empty() ? "" : ", ").append(item);
  return text;
}

bool is_ours(std::string_view include) {
  static const std::vector<std::string_view> kOwn = {"specs/", "reconcile/", "metrics/", "daemon/", "tests/"};
  return begins_with_any(include, kOwn);
}

/// What touches the world outside of a function's arguments, by header: a whole folder where it ends in '/'.
constexpr std::string_view kImpureHeaders[] = {
    "filesystem",  "fstream",      "iostream",       "cstdio",
    "ctime",       "thread",       "mutex",          "condition_variable",
    "future",      "random",       "csignal",        "stdio.h",
    "time.h",      "unistd.h",     "fcntl.h",        "netdb.h",
    "sys/",        "arpa/",        "netinet/",       "openssl/ssl.h",
    "boost/asio/", "boost/beast/", "boost/asio.hpp", "boost/beast.hpp"};

/// The same, by what is called.
constexpr std::string_view kImpureWords[] = {"_clock::now(", "getenv(", "std::cout",       "std::cerr",
                                             "std::rand(",   "printf(", "std::this_thread"};

}  // namespace

std::vector<std::string> check_layers(const std::vector<SourceFile>& files,
                                      const std::vector<LayerRule>& rules) {
  std::vector<std::string> offences;
  for (const SourceFile& file : files) {
    const LayerRule* rule = nullptr;
    for (const LayerRule& candidate : rules) {
      if (file.path.starts_with(candidate.folder) &&
          (rule == nullptr || candidate.folder.size() > rule->folder.size())) {
        rule = &candidate;
      }
    }
    if (rule == nullptr) {
      offences.push_back(file.path + ": no rule says what it may include");
      continue;
    }
    for (const Include& include : file.includes) {
      if (!is_ours(include.path) || begins_with_any(include.path, rule->allowed)) continue;
      offences.push_back(at(file, include.line) + "includes " + include.path + ", but " +
                         std::string(rule->folder) + " may only include " + list_of(rule->allowed));
    }
  }
  return offences;
}

std::vector<std::string> check_libraries(const std::vector<SourceFile>& files,
                                         const std::vector<LibraryRule>& rules) {
  std::vector<std::string> offences;
  for (const SourceFile& file : files) {
    for (const Include& include : file.includes) {
      for (const LibraryRule& rule : rules) {
        if (!include.path.starts_with(rule.header) || begins_with_any(file.path, rule.users)) continue;
        offences.push_back(at(file, include.line) + "includes " + include.path + ", which only " +
                           list_of(rule.users) + " may");
      }
    }
  }
  return offences;
}

std::vector<std::string> check_purity(const std::vector<SourceFile>& files,
                                      const std::vector<PureRule>& rules) {
  std::vector<std::string> offences;
  for (const SourceFile& file : files) {
    const bool pure = std::any_of(rules.begin(), rules.end(), [&](const PureRule& rule) {
      return file.path.starts_with(rule.prefix) && !begins_with_any(file.path, rule.except);
    });
    if (!pure) continue;
    for (const Include& include : file.includes) {
      for (const std::string_view header : kImpureHeaders) {
        if (header.ends_with('/') ? include.path.starts_with(header) : include.path == header) {
          offences.push_back(at(file, include.line) + "includes " + include.path + ", but is pure");
        }
      }
    }
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      for (const std::string_view word : kImpureWords) {
        // snprintf into a buffer is no output.
        const std::size_t found = file.lines[i].find(word);
        if (found == std::string::npos || (found > 0 && file.lines[i][found - 1] == 'n')) continue;
        offences.push_back(at(file, i + 1) + "uses " + std::string(word) + ", but is pure");
      }
    }
  }
  return offences;
}

std::vector<std::string> check_words(const std::vector<SourceFile>& files,
                                     const std::vector<std::string_view>& folders) {
  static const std::regex kName(R"(["` ]--[a-z]|CODER_[A-Z]|_PROXY\b|SSL_CERT|/-/)");
  std::vector<std::string> offences;
  for (const SourceFile& file : files) {
    if (!begins_with_any(file.path, folders)) continue;
    for (std::size_t i = 0; i < file.raw.size(); ++i) {
      // Comments may explain; what is quoted is said to people.
      const std::size_t quote = file.lines[i].find('"');
      if (quote == std::string::npos || !std::regex_search(file.raw[i].substr(quote), kName)) continue;
      offences.push_back(at(file, i + 1) + "names a flag, a variable or an endpoint");
    }
  }
  return offences;
}

std::vector<std::string> check_clocks(const std::vector<SourceFile>& files,
                                      const std::vector<std::string_view>& readers) {
  std::vector<std::string> offences;
  for (const SourceFile& file : files) {
    if (begins_with_any(file.path, readers)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (file.lines[i].find("_clock::now(") == std::string::npos) continue;
      offences.push_back(at(file, i + 1) + "reads a clock, which only " + list_of(readers) + " may");
    }
  }
  return offences;
}

}  // namespace cr::testing
