#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tests/standin/message.h"
#include "tests/standin/model.h"

/// Coder's search language: what `q` of the lists is written in.
namespace cr::standin {

struct SearchTerm {
  std::string key;
  std::string value;
};

/// Terms in the order of the query, which is lower-cased as a whole first. A bare word has the key
/// `bare_word`; 2.35 joins several with blanks, 2.20 refuses them. Otherwise what is wrong, as validations.
[[nodiscard]] std::variant<std::vector<SearchTerm>, std::vector<Validation>> parse_search(
    const std::string& query, Age age, const std::string& bare_word);

/// A key that is not known, or that is there twice and not in `lists`: the validations to answer with.
[[nodiscard]] std::vector<Validation> check_keys(const std::vector<SearchTerm>& terms,
                                                 const std::vector<std::string_view>& known,
                                                 const std::vector<std::string_view>& lists);

[[nodiscard]] std::vector<std::string> split_commas(const std::string& text);

}  // namespace cr::standin
