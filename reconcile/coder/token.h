#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "reconcile/coder/sensitive.h"
#include "reconcile/http/setup_error.h"

namespace cr::coder {

/// A Coder API token. Cannot be printed: what needs the secret says so by calling `reveal`. Its memory is
/// overwritten when it ends.
class Token {
 public:
  Token() = default;

  /// 10 letters or digits, "-", 22 letters or digits; white space around it does not count. `origin` names
  /// the place in the error; the error never shows more than the key's id.
  [[nodiscard]] static http::SetupResult<Token> parse(std::string_view text, std::string_view origin);

  /// The part before the dash: the key's id, no secret.
  [[nodiscard]] std::string_view key_id() const;
  /// The whole token, for the request header and nothing else.
  [[nodiscard]] const std::string& reveal() const { return text_.text(); }

  bool operator==(const Token&) const = default;

 private:
  SensitiveText text_;
};

/// Where the token comes from: a fixed value, or a file that is read again when it changes.
///
/// A file that cannot be read or holds no token leaves the last good one in force, since secrets are
/// replaced while we run. Blocking reads of a small file. One thread.
class TokenSource {
 public:
  /// Fails if there is no good token at the start.
  [[nodiscard]] static http::SetupResult<TokenSource> from_value(std::string_view value,
                                                                 std::string_view origin);
  [[nodiscard]] static http::SetupResult<TokenSource> from_file(std::string path);

  /// The token as of now: looks at the file's size, times and inode, and reads it if they changed.
  [[nodiscard]] const Token& current();
  /// The token after reading the file whatever its times say: what to do when Coder refused it.
  [[nodiscard]] const Token& reread();
  /// What is wrong with the file now; empty if nothing. For the message of a refused call.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] bool is_file() const { return !path_.empty(); }

  TokenSource() = default;

 private:
  struct Stamp {
    std::timespec modified{};
    std::timespec changed{};
    long long size = -1;
    unsigned long long inode = 0;
    bool operator==(const Stamp& other) const;
  };
  [[nodiscard]] static std::optional<Stamp> stamp_of(const std::string& path);
  void read();

  std::string path_;  ///< empty: fixed value
  std::optional<Stamp> stamp_;
  Token token_;
  std::string problem_;
};

}  // namespace cr::coder
