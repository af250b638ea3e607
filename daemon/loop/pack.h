#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cr::daemon {

/// The bytes of an object that one of the packs holds, deflated as they lie there (a zlib stream, perhaps
/// with something after it, at most `limit` bytes), if its type is that of a commit. `folder` is the
/// repository's "objects/pack", `id` the object's name in hexadecimal. Nothing where no pack has it, or has
/// it as a difference from another commit, as one in ten after a whole clone; what a fetch of depth 1 brings
/// is whole.
///
/// Blocks: some dozens of small reads for each pack, among the first thousand names there. What lies there
/// need not be a pack: whatever it says, it is read within these bounds. Layout: gitformat-pack(5), index
/// version 2.
[[nodiscard]] std::optional<std::string> packed_commit(const std::string& folder, std::string_view id,
                                                       std::size_t limit);

}  // namespace cr::daemon
