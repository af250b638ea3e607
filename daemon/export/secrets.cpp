#include "daemon/export/secrets.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

#include "specs/text/ascii.h"
#include "specs/workspace_spec.h"

namespace cr::daemon {
namespace {

using text::is_digit;
using text::is_letter_or_digit;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

/// In lower case: "aws", "secret", "key" of `awsSecretKey`, `AWS_SECRET_KEY` and `aws secret-key`; "api",
/// "key" of `APIKey`.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (!is_letter_or_digit(c)) continue;
    const char before = i == 0 ? ' ' : name[i - 1];
    const char after = i + 1 == name.size() ? ' ' : name[i + 1];
    const bool humps = is_upper(c) && (is_lower(before) || (is_upper(before) && is_lower(after)));
    const bool digits = is_digit(c) != is_digit(before);
    if (!is_letter_or_digit(before) || humps || digits) words.emplace_back();
    words.back() += text::lower(c);
  }
  return words;
}

bool has_word(const std::vector<std::string>& words, std::initializer_list<std::string_view> any) {
  return std::ranges::any_of(
      words, [&](const std::string& word) { return std::ranges::find(any, word) != any.end(); });
}

/// So long that they are no part of another word.
constexpr std::array kWithin = {
    std::string_view("password"),   std::string_view("passwd"),   std::string_view("passphrase"),
    std::string_view("passcode"),   std::string_view("secret"),   std::string_view("token"),
    std::string_view("credential"), std::string_view("apikey"),   std::string_view("privatekey"),
    std::string_view("accesskey"),  std::string_view("authkey"),  std::string_view("kubeconfig"),
    std::string_view("htpasswd"),   std::string_view("bearer"),   std::string_view("keytab"),
    std::string_view("keystore"),   std::string_view("mnemonic"), std::string_view("accountkey"),
};

struct Issuer {
  std::string_view begins;
  std::size_t rest;  ///< characters that follow at least
};
/// What well-known issuers begin their tokens with.
constexpr std::array kIssuers = {
    Issuer{"ghp_", 16},           Issuer{"gho_", 16},     Issuer{"ghu_", 16},        Issuer{"ghs_", 16},
    Issuer{"ghr_", 16},           Issuer{"glpat-", 16},   Issuer{"github_pat_", 16}, Issuer{"glrt-", 16},
    Issuer{"gldt-", 16},          Issuer{"xoxa-", 8},     Issuer{"xoxb-", 8},        Issuer{"xoxp-", 8},
    Issuer{"xoxr-", 8},           Issuer{"xoxs-", 8},     Issuer{"xapp-", 8},        Issuer{"AKIA", 12},
    Issuer{"ASIA", 12},           Issuer{"AIza", 24},     Issuer{"ya29.", 16},       Issuer{"sk-", 16},
    Issuer{"sk_live_", 8},        Issuer{"rk_live_", 8},  Issuer{"npm_", 16},        Issuer{"pypi-", 16},
    Issuer{"hvs.", 16},           Issuer{"dop_v1_", 16},  Issuer{"dckr_pat_", 16},   Issuer{"SG.", 16},
    Issuer{"AGE-SECRET-KEY-", 8}, Issuer{"lin_api_", 16}, Issuer{"ATATT3", 16},
};

bool is_of_token(char c) {
  return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.' || c == '+' || c == '/';
}

std::size_t length_of_token(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_of_token) - text.begin());
}

bool begins_as_of_an_issuer(std::string_view token) {
  if (std::ranges::any_of(kIssuers, [&](const Issuer& one) {
        return token.starts_with(one.begins) && token.size() >= one.begins.size() + one.rest;
      }))
    return true;
  // A signed claim: three parts, of which the first is JSON.
  constexpr std::size_t kShortestClaim = 30;
  return token.starts_with("eyJ") && token.size() > kShortestClaim && std::ranges::count(token, '.') >= 2;
}

/// At its beginning, or at that of a part of a path.
bool has_token_of_an_issuer(std::string_view token) {
  while (!begins_as_of_an_issuer(token)) {
    const std::size_t slash = token.find('/');
    if (slash == std::string_view::npos) return false;
    token.remove_prefix(slash + 1);
  }
  return true;
}

/// `https://user:password@host`, `https://token@host`; `ssh://git@host` is how everybody writes that.
bool has_url_with_secret(std::string_view value) {
  constexpr std::string_view kScheme = "://";
  for (std::size_t at = value.find(kScheme); at != std::string_view::npos; at = value.find(kScheme, at + 1)) {
    const std::string_view rest = value.substr(at + kScheme.size());
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?# \t\r\n\"'"));
    const std::size_t sign = authority.rfind('@');
    if (sign == std::string_view::npos || sign == 0) continue;
    const std::string_view user = authority.substr(0, sign);
    const std::size_t colon = user.find(':');
    const bool password = colon != std::string_view::npos && colon + 1 < user.size();
    const std::string_view before = value.substr(0, at);
    const bool web = before.ends_with("http") || before.ends_with("https");
    if (password || web) return true;
  }
  return false;
}

/// How often the kind of character changes: capital, small letter, digit. Words and paths change seldom,
/// what a machine has drawn does in more than half of all places.
std::size_t changes_in(std::string_view token) {
  const auto kind = [](char c) { return is_digit(c) ? 2 : is_upper(c) ? 1 : 0; };
  std::size_t changes = 0;
  int last = -1;
  for (const char c : token) {
    if (!is_letter_or_digit(c)) continue;
    if (last >= 0 && kind(c) != last) ++changes;
    last = kind(c);
  }
  return changes;
}

std::size_t groups_of_digits(std::string_view token) {
  std::size_t groups = 0;
  bool within = false;
  for (const char c : token) {
    if (is_digit(c) && !within) ++groups;
    within = is_digit(c);
  }
  return groups;
}

constexpr std::size_t kShortestDrawn = 20;
constexpr std::size_t kShortestHex = 32;

/// Whether a machine has drawn it: Base64, Base62 or hex. `padded`: with the `=` behind it that Base64 ends
/// in.
bool is_drawn(std::string_view token, bool padded = false) {
  if (token.size() < kShortestDrawn) return false;
  const auto letters_and_digits = static_cast<std::size_t>(std::ranges::count_if(token, is_letter_or_digit));
  const auto digits = static_cast<std::size_t>(std::ranges::count_if(token, is_digit));
  const bool capitals = std::ranges::any_of(token, is_upper);
  const bool small = std::ranges::any_of(token, is_lower);
  if (digits == 0 || !(capitals || small)) return false;
  const std::size_t changes = changes_in(token);
  // NamesInCamelCase2 have as many changes, but their digits stand together.
  if (capitals && small && token.size() < kShortestHex)
    return changes * 5 >= letters_and_digits * 2 && (padded || groups_of_digits(token) > 1);
  if (capitals && small) return changes * 3 >= letters_and_digits;
  // Of one case, as hex and Base32 are.
  return letters_and_digits == token.size() && token.size() >= kShortestHex && changes * 5 >= token.size();
}

/// The parts that a person would see as words, and the whole, since `-` and `_` are digits of one Base64.
bool has_drawn_part(std::string_view token) {
  if (specs::is_uuid(token)) return false;
  if (is_drawn(token)) return true;
  while (!token.empty()) {
    const std::size_t end = token.find_first_of("/-_.");
    if (is_drawn(token.substr(0, end))) return true;
    if (end == std::string_view::npos) return false;
    token.remove_prefix(end + 1);
  }
  return false;
}

/// `sha256:…` of an image, `AAAA…` of `ssh-ed25519 AAAA…`: what is meant to be shown.
bool is_public(std::string_view before, std::string_view token) {
  if (before.ends_with("sha256:") || before.ends_with("sha512:")) return true;
  return token.starts_with("AAAA") && before.ends_with(' ') &&
         (before.find("ssh-") != std::string_view::npos || before.find("ecdsa-") != std::string_view::npos);
}

/// Whether one of the words says so, whatever the value.
bool names_a_secret(const std::vector<std::string>& words) {
  std::string letters;
  for (const std::string& word : words) letters += word;
  if (std::ranges::any_of(kWithin,
                          [&](std::string_view one) { return letters.find(one) != std::string::npos; }))
    return true;
  return has_word(words, {"pwd", "pw", "pass", "pat", "pats", "jwt", "dsn", "auth", "otp", "totp", "cred",
                          "creds", "netrc", "sas", "authorization"});
}

/// Words that are of secrets and of much else: a public key, the port of SSH.
bool may_name_a_secret(const std::vector<std::string>& words, std::string_view value) {
  constexpr std::size_t kLongestPort = 5;
  if (value.size() <= kLongestPort && std::ranges::all_of(value, is_digit)) return false;
  if (has_word(words, {"public", "pub"})) return false;
  return has_word(words, {"key", "keys", "private", "priv", "cert", "certs", "certificate", "certificates",
                          "pem", "ssh", "gpg", "pgp", "pfx", "jks"});
}

/// What is said of a switch, not of a password.
bool is_switch(std::string_view word) {
  constexpr std::array kSwitches = {"true", "false", "yes", "no", "on", "off", "null", "none"};
  return std::ranges::find(kSwitches, text::lower(word)) != kSwitches.end();
}

/// Whether it is a name whose value stands behind it: `DB_PASSWORD=x`, `"password": "x"`, `?access_token=x`.
bool gives_a_secret(std::string_view token, std::string_view behind) {
  constexpr std::string_view kBlanks = " \t";
  constexpr std::string_view kAround = " \t\"'`\\";
  const auto skip = [](std::string_view& text, std::string_view any) {
    text.remove_prefix(std::min(text.find_first_not_of(any), text.size()));
  };
  // As in a path or an address: nothing is around the colon.
  const bool joined =
      behind.size() > 1 && behind[0] == ':' && kAround.find(behind[1]) == std::string_view::npos;
  skip(behind, kAround);
  const bool colon = behind.starts_with(':');
  if (!colon && !behind.starts_with('=')) return false;
  skip(behind, "=:>");
  // `host.of.auth:8443`, `registry/token:1.2`, `/run/secrets:/secrets`.
  const std::size_t digits = std::min(behind.find_first_not_of("0123456789"), behind.size());
  const bool port = digits > 0 && (digits == behind.size() || !is_letter_or_digit(behind[digits]));
  if (joined &&
      (token.find('/') != std::string_view::npos || (token.find('.') != std::string_view::npos && port)))
    return false;
  skip(behind, kBlanks);
  // What is within it has names of its own.
  if (colon && behind.starts_with('{')) return false;
  skip(behind, kAround);
  const std::string_view given = behind.substr(0, behind.find_first_of(" \t\r\n\"'`\\,;&}"));
  return !given.empty() && !is_switch(given) && names_a_secret(words_of(token));
}

bool looks_like_a_secret(std::string_view value) {
  if (value.find("-----BEGIN ") != std::string_view::npos || has_url_with_secret(value)) return true;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t length = length_of_token(value.substr(at));
    if (length == 0) {
      ++at;
      continue;
    }
    const std::string_view token = value.substr(at, length);
    const std::string_view behind = value.substr(at + length);
    if (has_token_of_an_issuer(token) || gives_a_secret(token, behind)) return true;
    const bool padded = behind.starts_with('=');
    if (!is_public(value.substr(0, at), token) &&
        (has_drawn_part(token) || (padded && is_drawn(token, padded))))
      return true;
    at += length;
  }
  return false;
}

}  // namespace

Suspicion suspicion_of(std::string_view parameter, std::string_view value) {
  if (value.empty() || value == "true" || value == "false") return Suspicion::none;
  const std::vector<std::string> words = words_of(parameter);
  if (names_a_secret(words) || may_name_a_secret(words, value)) return Suspicion::name;
  return looks_like_a_secret(value) ? Suspicion::value : Suspicion::none;
}

}  // namespace cr::daemon
