#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "reconcile/coder/api_error.h"
#include "reconcile/resolve/questions.h"

namespace cr::reconcile {

/// Look-ups and what they returned, failures included. Kept from cycle to cycle: an answer is asked for again
/// only after `forget`, which is called for what a failed create or a failed binding was built on.
class Answers {
 public:
  template <class Q>
  void put(const Q& question, coder::ApiResult<typename Q::Answer> answer) {
    table<Q>().insert_or_assign(question, std::move(answer));
  }

  /// Null: not asked yet. Good until the next put or forget of that question.
  template <class Q>
  [[nodiscard]] const coder::ApiResult<typename Q::Answer>* find(const Q& question) const {
    const auto found = table<Q>().find(question);
    return found == table<Q>().end() ? nullptr : &found->second;
  }

  void forget(const Question& question);
  void forget(std::span<const Question> questions);
  /// Drops every answer that is an error, so that the next cycle asks again.
  void forget_failures();

  /// Username (lower case) and id of every user that was answered.
  [[nodiscard]] std::vector<std::pair<std::string, UserId>> known_users() const;
  /// Names of the templates that were answered, sorted, each once.
  [[nodiscard]] std::vector<std::string> known_templates() const;
  [[nodiscard]] std::size_t size() const;

 private:
  template <class Q>
  using Table = std::map<Q, coder::ApiResult<typename Q::Answer>>;

  template <class Q>
  Table<Q>& table() {
    return std::get<Table<Q>>(tables_);
  }
  template <class Q>
  const Table<Q>& table() const {
    return std::get<Table<Q>>(tables_);
  }

  std::tuple<Table<AskUser>, Table<AskOrganizations>, Table<AskTemplatesNamed>, Table<AskTemplate>,
             Table<AskVersionNamed>, Table<AskVersion>, Table<AskRichParameters>, Table<AskPresets>,
             Table<AskParametersFor>, Table<AskAccess>>
      tables_;
};

}  // namespace cr::reconcile
