#include "daemon/plan/plan_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/throw_exception.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include "daemon/json_fields.h"
#include "reconcile/report/render.h"
#include "specs/source_text.h"
#include "specs/text/ascii.h"

namespace cr::daemon {
namespace {

using nlohmann::json;
using specs::SourceFile;

constexpr std::size_t kDeepest = 4;
/// Of the request; a file takes up to seven.
constexpr std::size_t kMostValues = 300'000;
constexpr std::size_t kLongestPath = 4096;
/// Of all files together: each stands for all the defaults of its file once more.
constexpr std::size_t kMostOtherPaths = 200;
constexpr std::string_view kYamlAlone = "<request>";

constexpr std::array<std::pair<SourceFile::Role, std::string_view>, 3> kRoles{
    {{SourceFile::Role::declared, "declared"},
     {SourceFile::Role::above, "above"},
     {SourceFile::Role::input, "input"}}};
constexpr std::array<std::pair<OutputFormat, std::string_view>, 3> kOutputs{
    {{OutputFormat::json, "json"}, {OutputFormat::markdown, "markdown"}, {OutputFormat::text, "text"}}};

template <class Value, std::size_t kCount>
std::string_view word_of(const std::array<std::pair<Value, std::string_view>, kCount>& words, Value value) {
  for (const auto& [one, word] : words)
    if (one == value) return word;
  return {};
}
template <class Value, std::size_t kCount>
std::optional<Value> value_of(const std::array<std::pair<Value, std::string_view>, kCount>& words,
                              std::string_view word) {
  for (const auto& [one, name] : words)
    if (name == word) return one;
  return std::nullopt;
}

/// Stops the reading of a request; caught where it began.
struct Unfit {
  std::string message;
};

std::string type_name(json::value_t type) {
  switch (type) {
    case json::value_t::string:
      return "a text";
    case json::value_t::array:
      return "a list";
    case json::value_t::object:
      return "an object";
    case json::value_t::boolean:
      return "true or false";
    default:
      return "a number from 0 up";
  }
}

/// Reads an object key by key; what is left is unknown.
class ObjectReader {
 public:
  ObjectReader(json& object, std::string place) : object_(object), place_(std::move(place)) {
    if (!object_.is_object()) throw Unfit{place_ + " must be an object"};
  }

  /// Null where there is none.
  json* take(const char* key, json::value_t type) {
    known_.insert(key);
    const auto found = object_.find(key);
    if (found == object_.end()) return nullptr;
    if (found->type() != type) throw Unfit{at(key) + " must be " + type_name(type)};
    return &*found;
  }
  std::string text(const char* key) {
    json* found = take(key, json::value_t::string);
    return found ? std::move(found->get_ref<std::string&>()) : std::string();
  }
  std::string needed_text(const char* key) {
    json* found = take(key, json::value_t::string);
    if (!found) throw Unfit{at(key) + " is missing"};
    return std::move(found->get_ref<std::string&>());
  }
  bool flag(const char* key, bool otherwise = false) {
    const json* found = take(key, json::value_t::boolean);
    return found ? found->get<bool>() : otherwise;
  }
  std::uint64_t number(const char* key) {
    const json* found = take(key, json::value_t::number_unsigned);
    return found ? found->get<std::uint64_t>() : 0;
  }
  json::array_t list(const char* key) {
    json* found = take(key, json::value_t::array);
    return found ? std::move(found->get_ref<json::array_t&>()) : json::array_t();
  }
  void end() const {
    for (const auto& [key, value] : object_.items()) {
      if (!known_.contains(key))
        throw Unfit{fmt::format("{} has an unknown key {}", place_, specs::in_quotes(key))};
    }
  }
  [[nodiscard]] std::string at(std::string_view key) const { return fmt::format("{}.{}", place_, key); }

 private:
  json& object_;
  std::string place_;
  std::set<std::string, std::less<>> known_;
};

/// A path is a name here, and is shown as any other hostile text.
std::string path_in(ObjectReader& reader) {
  std::string path = reader.needed_text("path");
  if (path.empty() || path.size() > kLongestPath)
    throw Unfit{fmt::format("{} must have 1 to {} bytes", reader.at("path"), kLongestPath)};
  return path;
}

std::vector<std::string> texts_in(json::array_t list, const std::string& place) {
  std::vector<std::string> texts;
  texts.reserve(list.size());
  for (json& one : list) {
    if (!one.is_string()) throw Unfit{place + " must be a list of texts"};
    texts.push_back(std::move(one.get_ref<std::string&>()));
  }
  return texts;
}

SourceFile file_in(json& entry, std::size_t number) {
  ObjectReader reader(entry, fmt::format("files[{}]", number));
  SourceFile file;
  file.path = path_in(reader);
  file.text = reader.text("text");
  if (const json* role = reader.take("role", json::value_t::string)) {
    const auto known = value_of(kRoles, role->get_ref<const std::string&>());
    if (!known) throw Unfit{reader.at("role") + " must be declared, above or input"};
    file.role = *known;
  }
  file.also_at = texts_in(reader.list("alsoAt"), reader.at("alsoAt"));
  file.bytes = reader.number("bytes");
  // What an operating system has for errors.
  file.error = static_cast<int>(std::min<std::uint64_t>(reader.number("error"), 4095));
  reader.end();
  return file;
}

specs::SourceGap gap_in(json& entry, std::size_t number) {
  ObjectReader reader(entry, fmt::format("gaps[{}]", number));
  specs::SourceGap gap;
  gap.path = path_in(reader);
  gap.message = reader.needed_text("message");
  gap.remedy = reader.text("remedy");
  gap.above = reader.flag("above");
  gap.may_hold_specs = reader.flag("mayHoldSpecs", true);
  reader.end();
  return gap;
}

specs::SourceTexts texts_in(ObjectReader& reader) {
  specs::SourceTexts texts;
  if (!reader.take("files", json::value_t::array)) throw Unfit{"files is missing"};
  json::array_t files = reader.list("files");
  std::set<std::string_view> paths;
  texts.files.reserve(files.size());
  for (json& one : files) texts.files.push_back(file_in(one, texts.files.size()));
  std::size_t others = 0;
  for (const SourceFile& file : texts.files) {
    others += file.also_at.size();
    if (others > kMostOtherPaths)
      throw Unfit{fmt::format("files has more than {} paths in alsoAt: too many links lead to the same files",
                              kMostOtherPaths)};
    if (!paths.insert(file.path).second)
      throw Unfit{fmt::format("files has {} twice", specs::in_quotes(file.path))};
  }
  for (json& one : reader.list("gaps")) texts.gaps.push_back(gap_in(one, texts.gaps.size()));
  for (json& one : reader.list("nested")) {
    ObjectReader pair(one, fmt::format("nested[{}]", texts.nested.size()));
    std::string directory = pair.needed_text("directory");
    texts.nested.emplace_back(std::move(directory), pair.needed_text("above"));
    pair.end();
  }
  texts.revision = reader.text("revision");
  return texts;
}

OutputFormat output_of(std::string_view accept) {
  const std::string wanted = text::lower(accept);
  if (wanted.find("text/markdown") != std::string::npos) return OutputFormat::markdown;
  if (wanted.find("text/plain") != std::string::npos) return OutputFormat::text;
  return OutputFormat::json;
}

PlanRequest request_in(json& body, std::string_view accept) {
  ObjectReader reader(body, "the request");
  PlanRequest request;
  request.texts = texts_in(reader);
  request.output = output_of(accept);
  if (const json* output = reader.take("output", json::value_t::string)) {
    const auto known = value_of(kOutputs, output->get_ref<const std::string&>());
    if (!known) throw Unfit{"output must be json, markdown or text"};
    request.output = *known;
  }
  request.colour = reader.flag("colour");
  request.detailed_exitcode = reader.flag("detailedExitcode");
  request.baseline = reader.text("baseline");
  for (const std::string& report : texts_in(reader.list("reports"), "reports")) {
    if (report != "junit" && report != "sarif") throw Unfit{"reports must be a list of junit and sarif"};
    (report == "junit" ? request.junit : request.sarif) = true;
  }
  if (json* checkout = reader.take("checkout", json::value_t::object)) {
    ObjectReader parts(*checkout, "checkout");
    request.checkout = {.root = parts.text("root"), .working_dir = parts.text("workingDir")};
    parts.end();
  }
  request.outcome = reader.flag("outcome");
  reader.end();
  return request;
}

bool is_yaml(std::string_view content_type) {
  return text::lower(content_type.substr(0, content_type.find(';'))).find("yaml") != std::string::npos;
}

}  // namespace

void throw_exception_from_error(const PlanRequestError& error, const boost::source_location& where) {
  boost::throw_exception(std::logic_error("unchecked plan request: " + error.message()), where);
}

bool is_modest_json(std::string_view text, std::size_t depth, std::size_t values) {
  std::size_t open = 0, seen = 1;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '[' || c == '{') ++open;
    if ((c == ']' || c == '}') && open > 0) --open;
    if (c == ',' || c == '[' || c == '{') ++seen;
    if (open > depth || seen > values) return false;
  }
  return true;
}

boost::system::result<PlanRequest, PlanRequestError> parse_plan_request(std::string_view body,
                                                                        std::string_view content_type,
                                                                        std::string_view accept) {
  if (is_yaml(content_type)) {
    PlanRequest request;
    request.texts.files.push_back(
        {.path = std::string(kYamlAlone), .text = std::string(body), .role = SourceFile::Role::input});
    request.output = output_of(accept);
    return request;
  }
  if (!is_modest_json(body, kDeepest, kMostValues)) {
    return PlanRequestError(
        fmt::format("the body is nested deeper than {} levels or has more than {} values; send {}", kDeepest,
                    kMostValues, R"({"files": [{"path": "…", "text": "…"}]})"));
  }
  json parsed = json::parse(body, nullptr, false);
  if (parsed.is_discarded()) {
    return PlanRequestError(
        "the body is no JSON; send {\"files\": [{\"path\": \"…\", \"text\": \"…\"}]}, or YAML with "
        "Content-Type: application/yaml");
  }
  try {
    return request_in(parsed, accept);
  } catch (const Unfit& why) {
    return PlanRequestError(why.message);
  }
}

std::string write_plan_request(const PlanRequest& request) {
  json made;
  const Keys<json_parts::kPlanRequest> object(made);
  json& files = object["files"] = json::array();
  for (const SourceFile& file : request.texts.files) {
    json& one = files.emplace_back();
    const Keys<json_parts::kSentFile> entry(one);
    entry["path"] = file.path;
    if (!file.text.empty()) entry["text"] = file.text;
    if (file.role != SourceFile::Role::declared) entry["role"] = word_of(kRoles, file.role);
    if (!file.also_at.empty()) entry["alsoAt"] = file.also_at;
    if (file.bytes > 0) entry["bytes"] = file.bytes;
    if (file.error > 0) entry["error"] = file.error;
  }
  for (const specs::SourceGap& gap : request.texts.gaps) {
    json one;
    const Keys<json_parts::kSentGap> entry(one);
    entry["path"] = gap.path;
    entry["message"] = gap.message;
    if (!gap.remedy.empty()) entry["remedy"] = gap.remedy;
    if (gap.above) entry["above"] = true;
    if (!gap.may_hold_specs) entry["mayHoldSpecs"] = false;
    object["gaps"].push_back(std::move(one));
  }
  for (const auto& [inner, outer] : request.texts.nested) {
    json one;
    const Keys<json_parts::kSentNesting> entry(one);
    entry["directory"] = inner;
    entry["above"] = outer;
    object["nested"].push_back(std::move(one));
  }
  if (!request.texts.revision.empty()) object["revision"] = request.texts.revision;
  object["output"] = word_of(kOutputs, request.output);
  if (request.colour) object["colour"] = true;
  if (request.detailed_exitcode) object["detailedExitcode"] = true;
  if (!request.baseline.empty()) object["baseline"] = request.baseline;
  if (request.junit) object["reports"].push_back("junit");
  if (request.sarif) object["reports"].push_back("sarif");
  if (!request.checkout.root.empty() || !request.checkout.working_dir.empty()) {
    const Keys<json_parts::kSentCheckout> checkout(object["checkout"]);
    checkout["root"] = request.checkout.root;
    checkout["workingDir"] = request.checkout.working_dir;
  }
  if (request.outcome) object["outcome"] = true;
  return reconcile::dump(made);
}

std::string write_plan_outcome(const PlanOutcome& outcome) {
  json made;
  const Keys<json_parts::kPlanOutcome> object(made);
  object["formatVersion"] = reconcile::kFormatVersion;
  object["exitCode"] = static_cast<int>(outcome.code);
  object["output"] = outcome.output;
  object["diagnostics"] = outcome.diagnostics;
  object["messages"] = outcome.messages;
  if (!outcome.junit.empty()) object["junit"] = outcome.junit;
  if (!outcome.sarif.empty()) object["sarif"] = outcome.sarif;
  return reconcile::dump(made) + "\n";
}

boost::system::result<PlanOutcome, PlanRequestError> parse_plan_outcome(std::string_view body) {
  json parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object()) return PlanRequestError("the answer is no JSON");
  try {
    ObjectReader reader(parsed, "the answer");
    PlanOutcome outcome;
    const std::uint64_t code = reader.take("exitCode", json::value_t::number_unsigned)
                                   ? reader.number("exitCode")
                                   : throw Unfit{"the answer has no exitCode"};
    const auto known = std::ranges::find(all_exit_codes(), code, [](const ExitCodeInfo& info) {
      return static_cast<std::uint64_t>(info.code);
    });
    if (known == all_exit_codes().end())
      throw Unfit{fmt::format("the answer has an unknown exitCode {}", code)};
    outcome.code = known->code;
    outcome.output = reader.needed_text("output");
    outcome.diagnostics = texts_in(reader.list("diagnostics"), reader.at("diagnostics"));
    outcome.messages = texts_in(reader.list("messages"), reader.at("messages"));
    outcome.junit = reader.text("junit");
    outcome.sarif = reader.text("sarif");
    return outcome;
  } catch (const Unfit& why) {
    return PlanRequestError(why.message);
  }
}

}  // namespace cr::daemon
