#pragma once

#include <compare>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "reconcile/coder/types.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

class Answers;

// What has to be known before a workspace can be created: one question is one look-up, asked once however
// many specs need its answer. `Answer` is what the look-up returns.

/// By username in lower case, or by UUID in lower case.
struct AskUser {
  using Answer = coder::User;
  std::string name_or_id;
  auto operator<=>(const AskUser&) const = default;
};

/// Every organization that the token may read.
struct AskOrganizations {
  using Answer = std::vector<coder::Organization>;
  auto operator<=>(const AskOrganizations&) const = default;
};

/// Templates of that name (lower case) in every readable organization, deprecated ones included.
struct AskTemplatesNamed {
  using Answer = std::vector<coder::Template>;
  std::string name;
  auto operator<=>(const AskTemplatesNamed&) const = default;
};

struct AskTemplate {
  using Answer = coder::Template;
  TemplateId id;
  auto operator<=>(const AskTemplate&) const = default;
};

/// Version names are case-sensitive.
struct AskVersionNamed {
  using Answer = coder::TemplateVersion;
  TemplateId template_id;
  std::string name;
  auto operator<=>(const AskVersionNamed&) const = default;
};

struct AskVersion {
  using Answer = coder::TemplateVersion;
  VersionId id;
  auto operator<=>(const AskVersion&) const = default;
};

struct AskRichParameters {
  using Answer = std::vector<coder::RichParameter>;
  VersionId version;
  auto operator<=>(const AskRichParameters&) const = default;
};

/// The presets of a version.
struct AskPresets {
  using Answer = std::vector<coder::Preset>;
  VersionId version;
  auto operator<=>(const AskPresets&) const = default;
};

/// Which parameters a version has for this owner with these values, where that depends on them.
struct AskParametersFor {
  using Answer = std::vector<std::string>;
  VersionId version;
  UserId owner;
  std::vector<std::pair<std::string, std::string>> values;
  auto operator<=>(const AskParametersFor&) const = default;
};

/// One right of the token. Many of these may go in one request to Coder.
struct AskAccess {
  using Answer = bool;
  coder::AccessQuestion question;
  auto operator<=>(const AskAccess&) const = default;
};

using Question = std::variant<AskUser, AskOrganizations, AskTemplatesNamed, AskTemplate, AskVersionNamed,
                              AskVersion, AskRichParameters, AskPresets, AskParametersFor, AskAccess>;

/// What must be looked up next so that these absent workspaces can be bound; sorted, each question once. Ask
/// them, put the answers, call again, until it returns none (at most five rounds, since a failed look-up is
/// an answer too). A question whose answer could no longer matter (the owner does not exist) is not asked.
/// Pure.
[[nodiscard]] std::vector<Question> next_questions(std::span<const specs::SpecPtr> absent,
                                                   const Answers& answers);

}  // namespace cr::reconcile
