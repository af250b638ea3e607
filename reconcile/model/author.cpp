#include "reconcile/model/author.h"

namespace cr::reconcile {

std::string to_string(const Author& author) {
  std::string text;
  for (const std::string& user : author.users) {
    if (!text.empty()) text += " or ";
    text += user;
  }
  if (author.known() && !author.client.empty()) text += " (" + author.client + ")";
  return text;
}

}  // namespace cr::reconcile
