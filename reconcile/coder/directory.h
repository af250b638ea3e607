#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/coder/api_error.h"
#include "reconcile/coder/decode_result.h"
#include "reconcile/coder/members.h"

/// Coder as a directory of people: who is in an organization or a group, who is suspended, and who has a
/// workspace of some name.
namespace cr::coder {

class Caller;

/// As CoderReader's, calls are bounded and repeated inside. Of a list that is read by pages, each page
/// repeats the last row of the one before: where that has moved, or the number of all rows has changed,
/// somebody came or went meanwhile, and the list is read once more.
class DirectoryReader {
 public:
  virtual ~DirectoryReader() = default;
  /// Every member of the organization (name or UUID), suspended ones included. A token that may read some of
  /// them only sees a shorter list that looks whole: may_read_members tells.
  [[nodiscard]] virtual boost::asio::awaitable<MembersRead> members_of_organization(
      const std::string& organization) = 0;
  /// Every member of the group; held against Coder's own number of them.
  [[nodiscard]] virtual boost::asio::awaitable<MembersRead> members_of_group(const std::string& organization,
                                                                             const std::string& group) = 0;
  /// The suspended users that the token may see, of the whole deployment.
  [[nodiscard]] virtual boost::asio::awaitable<MembersRead> suspended_users() = 0;
  /// The workspaces of this name, whoever's they are, without regard to case. Nothing where so many have one
  /// like it that looking through them costs too much.
  [[nodiscard]] virtual boost::asio::awaitable<ApiResult<std::optional<std::vector<LiveWorkspace>>>>
  workspaces_named(const std::string& name) = 0;
  // A token that may read some people only is shown a shorter list, and no error. These are POSTs that change
  // nothing.
  /// Whether the token may read all members of that organization.
  [[nodiscard]] virtual boost::asio::awaitable<ApiResult<bool>> may_read_members(
      const OrganizationId& organization) = 0;
  /// Whether it may read all users of the deployment.
  [[nodiscard]] virtual boost::asio::awaitable<ApiResult<bool>> may_read_users() = 0;
};
/// The caller outlives it.
[[nodiscard]] std::unique_ptr<DirectoryReader> http_directory(Caller& caller);

/// One page of a list of people.
struct MembersPage {
  std::vector<Member> rows;
  std::uint64_t count = 0;        ///< of all pages
  OrganizationId organization{};  ///< nil: the rows tell none
};
/// `{"members":[…],"count":n}`, or the array of the same rows that older servers answer, all in one.
[[nodiscard]] DecodeResult<MembersPage> decode_members(std::string_view body);
/// A group; `count` is its `total_member_count`. A server that tells none is an error: nothing would prove
/// that its members are all.
[[nodiscard]] DecodeResult<MembersPage> decode_group(std::string_view body);
/// `{"users":[…],"count":n}`.
[[nodiscard]] DecodeResult<MembersPage> decode_users_page(std::string_view body);

}  // namespace cr::coder
