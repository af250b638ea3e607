#include "reconcile/resolve/answers.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "specs/text/ascii.h"

namespace cr::reconcile {

void Answers::forget(const Question& question) {
  std::visit([this](const auto& asked) { table<std::decay_t<decltype(asked)>>().erase(asked); }, question);
}

void Answers::forget(std::span<const Question> questions) {
  for (const Question& question : questions) forget(question);
}

void Answers::forget_failures() {
  std::apply(
      [](auto&... tables) { (std::erase_if(tables, [](const auto& entry) { return !entry.second; }), ...); },
      tables_);
}

std::vector<std::pair<std::string, UserId>> Answers::known_users() const {
  std::vector<std::pair<std::string, UserId>> users;
  for (const auto& [asked, answer] : table<AskUser>()) {
    if (answer) users.emplace_back(text::lower(answer->username), answer->id);
  }
  return users;
}

std::vector<std::string> Answers::known_templates() const {
  std::set<std::string> names;
  for (const auto& [asked, answer] : table<AskTemplatesNamed>()) {
    if (!answer) continue;
    for (const coder::Template& known : *answer) names.insert(known.name);
  }
  for (const auto& [asked, answer] : table<AskTemplate>()) {
    if (answer) names.insert(answer->name);
  }
  return {names.begin(), names.end()};
}

std::size_t Answers::size() const {
  return std::apply([](const auto&... tables) { return (tables.size() + ...); }, tables_);
}

}  // namespace cr::reconcile
