#pragma once

#include <cstdint>
#include <string_view>

/// Coder marks no parameter as a secret, so what may be one is told by its name and by what its value looks
/// like. In doubt it is one: a value that is left out is written by hand in a minute, one that got into Git
/// stays there. Pure.
namespace cr::daemon {

/// Why a value is taken for a secret.
enum class Suspicion : std::uint8_t {
  none,
  name,   ///< `git_token`, `dbPassword`, `SSH_KEY`
  value,  ///< a private key, a token of a well-known issuer, a URL with a password, or what a machine has
          ///< drawn
};

/// Names are looked at word by word, so that an `author` has no `auth` and a `keyboard` no `key`. No name
/// makes a secret of nothing, `true` and `false`. Of values, fingerprints of images, UUIDs and public keys
/// look drawn, too, and are none.
[[nodiscard]] Suspicion suspicion_of(std::string_view parameter, std::string_view value);

}  // namespace cr::daemon
