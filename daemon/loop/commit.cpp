#include "daemon/loop/commit.h"

#include <boost/beast/zlib/inflate_stream.hpp>
#include <cstddef>

#include "daemon/loop/pack.h"
#include "specs/regular_file.h"
#include "specs/revision.h"
#include "specs/text/message_text.h"

namespace cr::daemon {
namespace {

namespace zlib = boost::beast::zlib;

constexpr std::size_t kLargestFile = std::size_t{256} << 10;
/// Of a commit: its header with a signature or two, and the first line of its message.
constexpr std::size_t kMostInflated = std::size_t{64} << 10;
constexpr std::size_t kLongestText = 120;

/// The first bytes of what a zlib stream (RFC 1950) holds; empty where it is none. Its checksum is not looked
/// at: what is wrong is shown, and decides nothing.
std::string inflate(std::string_view stream) {
  constexpr std::size_t kHeader = 2;
  if (stream.size() <= kHeader || (static_cast<unsigned char>(stream[0]) & 0x0f) != 8) return {};
  stream.remove_prefix(kHeader);
  std::string bytes(kMostInflated, '\0');
  zlib::z_params state;
  state.next_in = stream.data();
  state.avail_in = stream.size();
  state.next_out = bytes.data();
  state.avail_out = bytes.size();
  zlib::inflate_stream inflater;
  boost::system::error_code error;
  inflater.write(state, zlib::Flush::sync, error);
  if (error && error != zlib::error::end_of_stream && error != zlib::error::need_buffers) return {};
  bytes.resize(state.total_out);
  return bytes;
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

/// Of a commit without the object's own header.
std::optional<CommitNote> note_of(std::string_view commit) {
  const std::size_t blank = commit.find("\n\n");
  if (blank == std::string_view::npos) return std::nullopt;
  const std::string_view header = commit.substr(0, blank);
  constexpr std::string_view kAuthor = "\nauthor ";
  const std::size_t author = header.find(kAuthor);
  if (author == std::string_view::npos) return std::nullopt;
  const std::string_view who = first_line(header.substr(author + kAuthor.size()));
  const std::string_view name = who.substr(0, who.rfind(" <"));
  std::string_view message = commit.substr(blank + 2);
  while (message.starts_with('\n')) message.remove_prefix(1);
  return CommitNote{text::shortened(name, kLongestText), text::shortened(first_line(message), kLongestText)};
}

}  // namespace

std::optional<CommitNote> parse_commit(std::string_view object) {
  const std::size_t nul = object.find('\0');
  if (!object.starts_with("commit ") || nul == std::string_view::npos) return std::nullopt;
  return note_of(object.substr(nul + 1));
}

std::optional<CommitNote> read_commit(const std::string& objects, std::string_view revision) {
  if (objects.empty() || !specs::is_commit(revision)) return std::nullopt;
  constexpr std::size_t kFolder = 2;
  const std::string path =
      objects + '/' + std::string{revision.substr(0, kFolder)} + '/' + std::string{revision.substr(kFolder)};
  const specs::FileBytes file = specs::read_regular_file(path, kLargestFile);
  if (file.outcome == specs::FileBytes::Outcome::read) return parse_commit(inflate(file.bytes));
  const auto packed = packed_commit(objects + "/pack", revision, kLargestFile);
  return packed ? note_of(inflate(*packed)) : std::nullopt;
}

}  // namespace cr::daemon
