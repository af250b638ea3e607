#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reconcile/coder/decode_result.h"
#include "reconcile/coder/types.h"
#include "reconcile/model/build_stage.h"

/// JSON ↔ domain for everything but workspaces and builds. Decoders accept unknown keys and enum values; a
/// missing or mistyped key that is needed is an error that names it. Encoders write every key on purpose:
/// Coder ignores unknown keys in silence and takes an absent one for "clear it".
namespace cr::coder {

[[nodiscard]] DecodeResult<BuildInfo> decode_build_info(std::string_view body);
[[nodiscard]] DecodeResult<User> decode_user(std::string_view body);
[[nodiscard]] DecodeResult<std::vector<User>> decode_users(std::string_view body);
[[nodiscard]] DecodeResult<Me> decode_me(std::string_view body);
[[nodiscard]] DecodeResult<TokenFacts> decode_token_facts(std::string_view body);
[[nodiscard]] DecodeResult<std::vector<Organization>> decode_organizations(std::string_view body);
[[nodiscard]] DecodeResult<Template> decode_template(std::string_view body);
[[nodiscard]] DecodeResult<std::vector<Template>> decode_templates(std::string_view body);
[[nodiscard]] DecodeResult<TemplateVersion> decode_version(std::string_view body);
[[nodiscard]] DecodeResult<std::vector<RichParameter>> decode_rich_parameters(std::string_view body);
[[nodiscard]] DecodeResult<std::vector<RichParameter>> decode_dynamic_parameters(std::string_view body);
[[nodiscard]] DecodeResult<std::vector<std::pair<std::string, std::string>>> decode_build_parameters(
    std::string_view body);
[[nodiscard]] DecodeResult<std::vector<Preset>> decode_presets(std::string_view body);
[[nodiscard]] DecodeResult<bool> decode_autostart_mismatch(std::string_view body);
/// Without what has not ended, and stages that are of no build.
[[nodiscard]] DecodeResult<std::vector<TimedSpan>> decode_timings(std::string_view body);
/// `count` answers to what `encode_access_questions` asked, in its order.
[[nodiscard]] DecodeResult<std::vector<bool>> decode_access_answers(std::string_view body, std::size_t count);

[[nodiscard]] std::string encode_access_questions(const std::vector<AccessQuestion>& questions);
[[nodiscard]] std::string encode_create(const CreateRequest& request);
[[nodiscard]] std::string encode_parameter_question(
    const UserId& owner, const std::vector<std::pair<std::string, std::string>>& values);
/// Only start and stop: this program deletes nothing.
[[nodiscard]] std::string encode_build(Transition transition);

}  // namespace cr::coder
