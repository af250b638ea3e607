#include <fmt/format.h>

#include "reconcile/fields/managed_field.h"

namespace cr::reconcile {
namespace {

using specs::FieldValue;

/// What nobody has seen yet is not taken for another value.
Match compare(const FieldValue& declared, const LiveWorkspace&, const FieldContext& context) {
  return !context.favorite || declared == FieldValue(*context.favorite) ? Match::same : Match::differs;
}

std::string live_text(const LiveWorkspace&, const FieldContext& context) {
  if (!context.favorite) return "shown to its owner alone";
  return *context.favorite ? "true" : "false";
}

std::string left_alone(const FieldValue&, const FieldContext& context) {
  if (context.has_owners_token) return {};
  return fmt::format(
      "favorite is not kept: Coder shows it to the workspace's owner alone, and takes it from nobody "
      "else{}{}; give "
      "the owner's own token in {}, or remove the field",
      context.no_token.empty() ? "" : "; ", context.no_token, context.tokens_setting);
}

std::string after_creation(const coder::Template&, const FieldValue& declared) {
  return declared == FieldValue(true) ? "favorite once it is created" : "";
}

coder::Setting write(const FieldValue& declared) {
  const bool on = declared == FieldValue(true);
  return {
      .route = on ? &coder::routes::kFavorite : &coder::routes::kNoFavorite, .body = {}, .as_owner = true};
}

}  // namespace

constexpr ManagedField kFavorite{.key = "favorite",
                                 .name = "favorite",
                                 .action = "set_favorite",
                                 .compare = compare,
                                 .live_text = live_text,
                                 .left_alone = left_alone,
                                 .refused_by = never,
                                 .ineffective_under = never,
                                 .at_creation = not_at_creation,
                                 .after_creation = after_creation,
                                 .needs_stop = needs_no_stop,
                                 .write = write,
                                 .taken_for = std::chrono::hours(1)};
static_assert(has_names(kFavorite, specs::kSpecFields));

}  // namespace cr::reconcile
