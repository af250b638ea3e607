#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "reconcile/coder/routes.h"
#include "reconcile/coder/types.h"
#include "reconcile/fields/field.h"
#include "reconcile/model/live_workspace.h"
#include "specs/spec_fields.h"

namespace cr::reconcile {

/// How a live value stands to the declared one.
enum class Match : std::uint8_t {
  same,        ///< means the same
  differs,     ///< a write would mend it
  unreadable,  ///< Coder reports a value that this version does not know: no verdict, and no write
};

/// What a field may look at beside the declared value and the row.
struct FieldContext {
  const coder::Template* policy = nullptr;                   ///< of its template; null: not known
  std::chrono::sys_seconds now{};                            ///< by Coder's clock
  std::string_view retain_setting = "a setting of its own";  ///< how messages name what allows `retain`
  std::string_view tokens_setting = "the directory of owners' tokens";
  bool may_retain = false;  ///< uses may be recorded that nobody made
  /// The owner's own token is at hand: only that sets and shows a favorite.
  bool has_owners_token = false;
  std::string no_token{};          ///< why not, for people; may be empty
  std::optional<bool> favorite{};  ///< as that token sees it; absent: not known
};

// What most fields have.
[[nodiscard]] specs::FieldValue as_declared(const specs::FieldValue& declared, const LiveWorkspace&,
                                            const FieldContext&);
[[nodiscard]] std::string never_left(const specs::FieldValue&, const FieldContext&);

template <class Signature>
class Given;
/// A function that must be given: leaving it out of an initializer does not compile.
template <class Result, class... Arguments>
class Given<Result(Arguments...)> {
 public:
  using Function = Result (*)(Arguments...);
  constexpr Given(Function function) : function_(function) {}  // NOLINT(google-explicit-constructor)
  Given(std::nullptr_t) = delete;
  Result operator()(Arguments... arguments) const { return function_(arguments...); }
  [[nodiscard]] bool is(Function other) const { return function_ == other; }

 private:
  Function function_;
};

/// One field that is kept as declared, with everything in which it differs from the others. Whatever handles
/// fields does so by these entries and knows none by name. All pure.
struct ManagedField {
  std::string_view key;     ///< in specs, and of a create in JSON: "automaticUpdates"
  std::string_view name;    ///< in metrics, logs and JSON: "automatic_updates"
  std::string_view action;  ///< what writing it is counted as: "set_automatic_updates"

  /// Against the declared value, by meaning.
  Given<Match(const specs::FieldValue& declared, const LiveWorkspace& live, const FieldContext& context)>
      compare;
  /// The live value as people read it; "none" where there is none.
  Given<std::string(const LiveWorkspace& live, const FieldContext& context)> live_text;
  /// What one write makes of it now. For most it is the declared value; else a specs::Step.
  Given<specs::FieldValue(const specs::FieldValue& declared, const LiveWorkspace& live,
                          const FieldContext& context)>
      next_step = as_declared;
  /// Why nothing is done about it although it is declared: a whole remark; empty: it is kept.
  Given<std::string(const specs::FieldValue& declared, const FieldContext& context)> left_alone = never_left;

  /// Why Coder would refuse to write this value under the template's policy, to follow "template x "; empty:
  /// it would not. Asked only where it differs.
  Given<std::string(const coder::Template& policy, const specs::FieldValue& declared)> refused_by;
  /// Why the value changes nothing under the template's policy: a whole remark; empty: it does.
  Given<std::string(const coder::Template& policy, const specs::FieldValue& declared)> ineffective_under;

  /// Puts the value into a create. False: it cannot be set there, or is so by itself.
  Given<bool(coder::CreateRequest& create, const specs::FieldValue& declared)> at_creation;
  /// What is left to do once a workspace has been created, for people: "ttl none once it is created"; empty:
  /// nothing.
  Given<std::string(const coder::Template& policy, const specs::FieldValue& declared)> after_creation;

  /// Whether the workspace must have stopped before this value may be written. Such a field is written last.
  Given<bool(const specs::FieldValue& declared)> needs_stop;
  /// The call that writes it: below the workspace, and harmless when sent twice.
  Given<coder::Setting(const specs::FieldValue& step)> write;
  /// What a plan adds for people each time; empty: nothing.
  std::string_view caution = {};
  /// What differs is drift; else it is a call that is due.
  bool is_drift = true;
  /// It differs again by itself as time goes on, which is nobody's doing.
  bool moves = false;
  /// Reads show what was written late or not at all: for so long Coder's word for it is enough.
  std::chrono::hours taken_for{0};
};

/// All of them, in the order in which they are written.
[[nodiscard]] std::span<const ManagedField* const> managed_fields();

/// `field`: of managed_fields().
[[nodiscard]] const ManagedField& entry_of(Field field);
[[nodiscard]] std::optional<Field> field_of_key(std::string_view spec_key);
/// The field's place among managed_fields().
[[nodiscard]] constexpr Field managed_field_at(std::size_t index) {
  return Field(static_cast<std::uint8_t>(Field::kFirstManaged + index));
}
[[nodiscard]] constexpr bool is_managed(Field field) {
  return field.place() >= Field::kFirstManaged;
}

/// For a static_assert beside each entry of spec_fields().
[[nodiscard]] constexpr bool has_names(const ManagedField& field, std::span<const specs::Field> keys) {
  return specs::is_managed(keys, field.key) && !field.name.empty() && !field.action.empty();
}
/// Whether a template's policy decides on it.
[[nodiscard]] bool depends_on_policy(const ManagedField& field);

// What most entries have.
[[nodiscard]] std::string never(const coder::Template&, const specs::FieldValue&);
[[nodiscard]] constexpr bool needs_no_stop(const specs::FieldValue&) {
  return false;
}
[[nodiscard]] constexpr bool not_at_creation(coder::CreateRequest&, const specs::FieldValue&) {
  return false;
}

extern const ManagedField kName;
extern const ManagedField kAutomaticUpdates;
extern const ManagedField kAutostart;
extern const ManagedField kTtl;
extern const ManagedField kFavorite;
extern const ManagedField kKeepAwake;
extern const ManagedField kRetain;
extern const ManagedField kDormant;
/// Those of this program.
inline constexpr const ManagedField* kManagedFields[] = {
    &kName, &kAutomaticUpdates, &kAutostart, &kTtl, &kFavorite, &kKeepAwake, &kRetain, &kDormant};
// The name is declared in metadata.
static_assert(std::size(kManagedFields) == 1 + specs::count_managed(specs::kSpecFields));
static_assert(Field::kFirstManaged + std::size(kManagedFields) <= FieldSet::kMost);

}  // namespace cr::reconcile
