#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <string>

#include "reconcile/coder/decode_result.h"
#include "reconcile/coder/types.h"
#include "reconcile/http/message.h"

namespace cr::coder {

/// Decodes workspaces and builds from JSON in one pass, and keeps only what decisions need: a row has about
/// 5 kB, most of it resources and agents that nobody here looks at and that are stepped over unread.
///
/// Keys may come in any order, unknown keys and enum values are accepted. A key that is needed and is
/// missing or of another type is an error for the whole body. Text that is stepped over is not validated
/// beyond its nesting.
///
/// Bodies are not changed; they may be given more capacity (the parser reads a few bytes past the end), so a
/// body with `kBodyPadding` bytes of spare capacity is not copied. Buffers are reused from call to call. One
/// thread.
class WorkspaceDecoder {
 public:
  WorkspaceDecoder();
  ~WorkspaceDecoder();
  WorkspaceDecoder(WorkspaceDecoder&&) noexcept;
  WorkspaceDecoder& operator=(WorkspaceDecoder&&) noexcept;

  /// `{"workspaces":[…],"count":n}`. Problems are named like `workspaces[17].latest_build.status`; more rows
  /// than `most` is one.
  [[nodiscard]] DecodeResult<WorkspaceRows> page(std::string& body,
                                                 std::size_t most = std::numeric_limits<std::size_t>::max());
  /// One workspace, as reads by name, creates and dormancy answer it.
  [[nodiscard]] DecodeResult<LiveWorkspace> workspace(std::string& body);
  /// One build, as queueing one answers it.
  [[nodiscard]] DecodeResult<LiveBuild> build(std::string& body);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

/// Spare capacity behind a body that spares the decoder a copy.
inline constexpr std::size_t kBodyPadding = http::kBodySpare;

}  // namespace cr::coder
