#include "reconcile/coder/token.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "specs/text/ascii.h"

namespace cr::coder {
namespace {

constexpr std::size_t kIdLength = 10;
constexpr std::size_t kSecretLength = 22;
// A token has 33 characters; more than this is some other file.
constexpr std::size_t kMaxFile = 4096;

bool all_alphanumeric(std::string_view text) {
  return std::all_of(text.begin(), text.end(), text::is_letter_or_digit);
}

}  // namespace

http::SetupResult<Token> Token::parse(std::string_view text, std::string_view origin) {
  text = text::trim(text);
  if (text.empty()) return http::SetupError(fmt::format("{}: the token is empty", origin));
  const bool has_id =
      text.size() > kIdLength && text[kIdLength] == '-' && all_alphanumeric(text.substr(0, kIdLength));
  if (!has_id || text.size() != kIdLength + 1 + kSecretLength ||
      !all_alphanumeric(text.substr(kIdLength + 1))) {
    return http::SetupError(fmt::format(
        "{}: not a Coder token{} ({} characters; a token is 10 letters or digits, \"-\", 22 letters or "
        "digits); create one with: coder tokens create",
        origin,
        has_id ? fmt::format(" although it starts with the key id {}", text.substr(0, kIdLength)) : "",
        text.size()));
  }
  Token token;
  token.text_ = SensitiveText(std::string(text));
  return token;
}

std::string_view Token::key_id() const {
  return std::string_view(reveal()).substr(0, kIdLength);
}

bool TokenSource::Stamp::operator==(const Stamp& other) const {
  const auto same = [](const std::timespec& a, const std::timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
  };
  return same(modified, other.modified) && same(changed, other.changed) && size == other.size &&
         inode == other.inode;
}

std::optional<TokenSource::Stamp> TokenSource::stamp_of(const std::string& path) {
  // Follows links: Kubernetes replaces a secret by moving a link.
  struct ::stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  Stamp stamp;
  stamp.modified = status.st_mtim;
  stamp.changed = status.st_ctim;
  stamp.size = status.st_size;
  stamp.inode = status.st_ino;
  return stamp;
}

http::SetupResult<TokenSource> TokenSource::from_value(std::string_view value, std::string_view origin) {
  const http::SetupResult<Token> token = Token::parse(value, origin);
  if (!token) return token.error();
  TokenSource source;
  source.token_ = *token;
  return source;
}

http::SetupResult<TokenSource> TokenSource::from_file(std::string path) {
  TokenSource source;
  source.path_ = std::move(path);
  source.read();
  if (!source.problem_.empty()) return http::SetupError(source.problem_);
  return source;
}

void TokenSource::read() {
  // Stamped before reading: a change while we read is seen next time.
  stamp_ = stamp_of(path_);
  errno = 0;
  std::ifstream file(path_, std::ios::binary);
  std::string text(kMaxFile + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad() || (file.fail() && !file.eof())) {
    const int reason = errno;
    problem_ = fmt::format("cannot read token file {}: {}", path_,
                           reason != 0 ? std::strerror(reason) : "is it a regular file?");
    return;
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxFile) {
    problem_ = fmt::format("token file {}: too large for a token", path_);
    return;
  }
  http::SetupResult<Token> token = Token::parse(text, fmt::format("token file {}", path_));
  cleanse(text);
  if (!token) {
    problem_ = token.error().message;
    return;
  }
  token_ = *std::move(token);
  problem_.clear();
}

const Token& TokenSource::current() {
  if (!path_.empty() && stamp_of(path_) != stamp_) read();
  return token_;
}

const Token& TokenSource::reread() {
  if (!path_.empty()) read();
  return token_;
}

}  // namespace cr::coder
