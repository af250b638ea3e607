#include "specs/parse.h"

#include <fmt/format.h>

#include <algorithm>

#include "specs/decode/defaults_document.h"
#include "specs/decode/document_kind.h"
#include "specs/decode/field_value.h"
#include "specs/decode/mapping_reader.h"
#include "specs/decode/set_document.h"
#include "specs/decode/workspace_document.h"
#include "specs/field_table.h"
#include "specs/name.h"
#include "specs/source_text.h"
#include "specs/text/ascii.h"
#include "specs/yaml_document.h"

namespace cr::specs {
namespace {

class FileParser {
 public:
  FileParser(std::string_view text, std::shared_ptr<const std::string> file, const ParseLimits& limits,
             SharedValues& values)
      : text_(text), lines_(text), file_(std::move(file)), limits_(limits), values_(values) {}

  ParsedFile run() {
    if (!check_text()) return std::move(result_);
    const std::vector<DocumentText> documents = split_documents(text_);
    declared_ = documents.size();
    if (declared_ > limits_.documents) {
      refuse(lines_.line_of(documents[limits_.documents].offset), too_many_documents());
      return std::move(result_);
    }
    conflicts_ = find_conflicts(text_);
    specs_.reserve(documents.size());
    for (const DocumentText& document : documents) {
      if (refuse_conflict(document)) continue;
      if (!parse_document(document)) break;
    }
    share_specs();
    result_.named.shrink_to_fit();
    result_.diagnostics.shrink_to_fit();
    return std::move(result_);
  }

 private:
  /// All in one block: a fleet's would be a hundred thousand, and holes of as many sizes once they go.
  void share_specs() {
    if (specs_.empty()) return;
    specs_.shrink_to_fit();
    const auto all = std::make_shared<const std::vector<WorkspaceSpec>>(std::move(specs_));
    result_.specs.reserve(all->size());
    for (const WorkspaceSpec& spec : *all) result_.specs.emplace_back(all, &spec);
  }

  std::string too_many_documents() const {
    return fmt::format("the file declares more than {} documents and list items", limits_.documents);
  }

  /// The whole file is left out for one reason.
  void refuse(std::uint32_t line, std::string message, DiagnosticKind kind = DiagnosticKind::limit) {
    result_ = {};
    specs_ = {};
    note_possible_defaults(text_, line);
    Diagnostic& diagnostic = result_.diagnostics.emplace_back();
    diagnostic.kind = kind;
    diagnostic.where = {file_, line, 0};
    diagnostic.message = std::move(message);
    if (kind == DiagnosticKind::limit) diagnostic.remedy = "split it into several files";
  }

  bool check_text() {
    if (text_.size() > limits_.bytes) {
      result_ = {};
      note_possible_defaults(text_, 0);
      result_.diagnostics.push_back(too_large(file_, text_.size(), limits_));
      return false;
    }
    const auto problem = find_text_problem(text_);
    if (!problem) return true;
    const std::uint32_t line = lines_.line_of(problem->offset);
    refuse(line, problem->message, DiagnosticKind::syntax);
    Diagnostic& diagnostic = result_.diagnostics.back();
    diagnostic.where.column = lines_.column_of(line, problem->offset - lines_.start_of(line));
    diagnostic.remedy = problem->remedy;
    diagnostic.excerpt = make_excerpt(lines_.line(line), diagnostic.where.column);
    return false;
  }

  /// Which side is meant nobody can tell, also of a document that stands between the markers as a whole.
  bool refuse_conflict(const DocumentText& document) {
    const std::size_t end = document.offset + document.text.size();
    const auto found = std::find_if(conflicts_.begin(), conflicts_.end(), [&](const Conflict& conflict) {
      return conflict.begin < end && document.offset < conflict.end;
    });
    if (found == conflicts_.end()) return false;
    const std::uint32_t first_line = lines_.line_of(document.offset);
    const std::uint32_t line = lines_.line_of(std::max(found->begin, document.offset));
    note_possible_defaults(document.text, first_line);
    DocumentReport report(file_, lines_, first_line, first_line, result_.diagnostics);
    report.add(DiagnosticKind::syntax, line - first_line, 0, "", "unresolved merge conflict",
               "keep one side and delete the lines that begin with <<<<<<<, ======= and >>>>>>>");
    return true;
  }

  /// False if the file was refused.
  bool parse_document(const DocumentText& document) {
    const std::uint32_t first_line = lines_.line_of(document.offset);
    const YamlResult yaml = parse_yaml(document.text);
    if (yaml.problem) {
      const YamlProblem& problem = *yaml.problem;
      note_possible_defaults(document.text, first_line);
      DocumentReport report(file_, lines_, first_line, first_line, result_.diagnostics);
      report.add(problem.limit ? DiagnosticKind::limit : DiagnosticKind::syntax, problem.line, problem.byte,
                 "", problem.message,
                 problem.remedy.empty() ? remedy_for(first_line + problem.line) : problem.remedy);
      return true;
    }
    const YamlNode* root = yaml.document.root();
    if (root == nullptr || root->kind == YamlNode::Kind::null) return true;
    if (text_at(*root, "kind") == kListKind) return parse_list(*root, first_line);
    parse_declaration(*root, first_line, "");
    return true;
  }

  /// Most syntax errors below a tab are the tab's.
  std::string remedy_for(std::uint32_t line) const {
    const std::string_view text = lines_.line(line);
    const std::size_t first = text.find_first_not_of(' ');
    if (first != std::string_view::npos && text[first] == '\t')
      return "YAML does not allow tabs for indentation; use spaces";
    return {};
  }

  void parse_declaration(const YamlNode& node, std::uint32_t first_line, const std::string& path) {
    const std::uint32_t line = first_line + node.line;
    SourcePosition where{.file = file_, .line = line, .column = lines_.column_of(line, node.byte)};
    DocumentReport report(file_, lines_, first_line, line, result_.diagnostics, where.column);
    const bool readable = check_type(node, path, report);
    switch (kind_of_document(node)) {
      case DocumentKind::workspace:
        parse_workspace(node, path, where, readable, report);
        break;
      case DocumentKind::set:
        parse_set(node, path, where, readable, report);
        break;
      case DocumentKind::defaults:
        parse_defaults(node, path, where, readable, report);
    }
    if (report.errors() > 0) note_left_out(node, first_line);
  }

  /// What others have to know of a document that is left out, and of those within it where it was meant as a
  /// list: that it may be defaults, or declare a set.
  void note_left_out(const YamlNode& node, std::uint32_t first_line) {
    if (may_be_defaults(node)) {
      const std::uint32_t line = first_line + node.line;
      const SourcePosition where{file_, line, lines_.column_of(line, node.byte)};
      result_.defaults.push_back(std::make_shared<const WorkspaceDefaults>(illegible_defaults(node, where)));
    }
    if (kind_of_document(node) == DocumentKind::set) {
      if (const std::string_view name = text_at(node, "metadata", "name"); !name.empty())
        result_.rejected_sets.emplace_back(name);
    }
    if (node.kind == YamlNode::Kind::sequence) {
      for (const YamlNode* item : node.children) note_left_out(*item, first_line);
    } else if (node.kind == YamlNode::Kind::mapping) {
      for (const YamlNode* value : node.children)
        if (value->kind == YamlNode::Kind::sequence) note_left_out(*value, first_line);
    }
  }

  void parse_workspace(const YamlNode& node, const std::string& path, const SourcePosition& where,
                       bool readable, DocumentReport& report) {
    if (readable) {
      ReadSpec read = decode_workspace(node, path, report, values_);
      const bool valid = report.errors() == 0;
      if (!read.open.empty()) {
        result_.open.push_back({.of = valid ? OpenDocument::Of::spec : OpenDocument::Of::invalid,
                                .index = specs_.size(),
                                .where = valid ? read.spec.where : where,
                                .labels = valid ? Shared<StringPairs>{} : read.spec.body->labels,
                                .places = std::move(read.open)});
      }
      if (valid) {
        read.spec.body = values_.body(read.spec.body);
        specs_.push_back(std::move(read.spec));
        result_.named.push_back(std::move(read.named));
        return;
      }
    }
    note_rejected(node, where);
  }

  void parse_set(const YamlNode& node, const std::string& path, const SourcePosition& where, bool readable,
                 DocumentReport& report) {
    if (readable) {
      ReadSet read = decode_set(node, path, report, values_);
      const bool valid = report.errors() == 0;
      if (!read.workspace.open.empty()) {
        result_.open.push_back({.of = valid ? OpenDocument::Of::set : OpenDocument::Of::invalid,
                                .index = result_.sets.size(),
                                .where = valid ? read.set.where : where,
                                .labels = valid ? Shared<StringPairs>{} : read.workspace.spec.body->labels,
                                .places = std::move(read.workspace.open)});
      }
      if (valid) {
        read.set.workspace = std::move(read.workspace.spec);
        read.set.workspace.body = values_.body(read.set.workspace.body);
        result_.sets.push_back(
            {std::make_shared<const WorkspaceSet>(std::move(read.set)), std::move(read.workspace.named)});
        return;
      }
    }
    if (is_foreign_document(node)) note_rejected(node, where);
  }

  void parse_defaults(const YamlNode& node, const std::string& path, const SourcePosition& where,
                      bool readable, DocumentReport& report) {
    if (readable) {
      WorkspaceDefaults defaults = decode_defaults(node, path, report, values_);
      if (report.errors() == 0) {
        result_.defaults.push_back(std::make_shared<const WorkspaceDefaults>(std::move(defaults)));
        return;
      }
    }
    // It is about no workspace of its own.
    result_.rejected.push_back({.identity = {}, .where = where});
  }

  /// Of a text that cannot be parsed.
  void note_possible_defaults(std::string_view text, std::uint32_t line) {
    if (!may_hold_defaults(text)) return;
    WorkspaceDefaults defaults;
    defaults.legibility = Legibility::doubtful;
    defaults.where = {file_, line, 0};
    result_.defaults.push_back(std::make_shared<const WorkspaceDefaults>(std::move(defaults)));
  }

  /// What it is about: nothing where it is no workspace's, or names what no workspace can be called (and what
  /// can be of any length).
  void note_rejected(const YamlNode& node, const SourcePosition& where) {
    const std::string_view owner = text_at(node, "spec", "owner");
    const std::string_view name = text_at(node, "metadata", "name");
    if (!is_foreign_document(node) && (owner.empty() || name.empty())) return;
    const bool is_id = owner.size() == 36 && owner_id_problem(owner).empty();
    Identity identity;
    if ((is_id || username_problem(owner).empty()) && name_problem(name).empty())
      identity = {text::lower(owner), text::lower(name)};
    std::vector<std::string> previous;
    if (is_id || username_problem(owner).empty()) previous = previous_names_of(node);
    // Whose these are is known although the workspace's own name is not.
    if (!previous.empty()) identity.owner = text::lower(owner);
    result_.rejected.push_back({std::move(identity), where, std::move(previous)});
  }

  static std::vector<std::string> previous_names_of(const YamlNode& document) {
    const YamlNode* metadata = find_value(document, "metadata");
    const bool is_mapping = metadata && metadata->kind == YamlNode::Kind::mapping;
    const YamlNode* previous = is_mapping ? find_value(*metadata, "previousNames") : nullptr;
    std::vector<std::string> names;
    if (!previous || previous->kind != YamlNode::Kind::sequence) return names;
    for (const YamlNode* item : previous->children) {
      const bool legible = item->kind == YamlNode::Kind::scalar && name_problem(item->text).empty();
      if (legible) names.emplace_back(item->text);
    }
    return names;
  }

  bool parse_list(const YamlNode& root, std::uint32_t first_line) {
    const YamlNode* items = check_list(root, first_line);
    if (items == nullptr) {
      note_left_out(root, first_line);
      return true;
    }
    declared_ += items->children.size();
    if (declared_ > limits_.documents) {
      refuse(first_line + items->line, too_many_documents());
      return false;
    }
    // All at once if it is the only one; many small ones must not move the others each time.
    if (const std::size_t needed = specs_.size() + items->children.size(); needed > specs_.capacity())
      specs_.reserve(std::max(needed, 2 * specs_.capacity()));
    for (std::size_t i = 0; i < items->children.size(); ++i)
      parse_declaration(*items->children[i], first_line, fmt::format("items[{}].", i));
    return true;
  }

  /// The items of a list that is one, else null and an error. The metadata that kubectl writes is not looked
  /// at.
  const YamlNode* check_list(const YamlNode& root, std::uint32_t first_line) {
    DocumentReport report(file_, lines_, first_line, first_line + root.line, result_.diagnostics);
    const YamlNode* items = nullptr;
    check_list_keys(root, report);
    if (const YamlNode* version = find_value(root, "apiVersion");
        version == nullptr || (version->text != kListApiVersion && version->text != kApiVersion))
      report.add(version == nullptr ? root : *version, "apiVersion",
                 version == nullptr ? "is missing" : "unknown apiVersion " + in_quotes(version->text),
                 fmt::format("write {} or {} for a List", kListApiVersion, kApiVersion));
    items = find_value(root, "items");
    if (items == nullptr) {
      report.add(root, "items", "is missing");
    } else if (items->kind != YamlNode::Kind::sequence) {
      report.add(*items, "items", fmt::format("must be a list, but is {}", kind_of(*items)),
                 "write [] for an empty list");
    }
    return report.errors() == 0 ? items : nullptr;
  }

  static void check_list_keys(const YamlNode& root, DocumentReport& report) {
    std::vector<std::string_view> seen;
    for (std::size_t i = 0; i + 1 < root.children.size(); i += 2) {
      const YamlNode& key = *root.children[i];
      bool known = false;
      for (const std::string_view name : {"apiVersion", "kind", "metadata", "items"})
        known = known || key.text == name;
      if (!known) {
        report.add(key, "", "unknown key " + in_quotes(key.text),
                   "allowed here: apiVersion, kind, metadata, items");
        continue;
      }
      if (std::find(seen.begin(), seen.end(), key.text) == seen.end()) {
        seen.push_back(key.text);
      } else {
        report.add(key, key.text, "duplicate key " + in_quotes(key.text), "keep only one");
      }
    }
  }

  std::string_view text_;
  LineIndex lines_;
  std::shared_ptr<const std::string> file_;
  ParseLimits limits_;
  SharedValues& values_;
  std::vector<WorkspaceSpec> specs_;  ///< shared at the end
  ParsedFile result_;
  std::vector<Conflict> conflicts_;
  std::size_t declared_ = 0;
};

}  // namespace

Diagnostic too_large(std::shared_ptr<const std::string> file, std::size_t bytes, const ParseLimits& limits) {
  Diagnostic diagnostic;
  diagnostic.kind = DiagnosticKind::limit;
  diagnostic.where.file = std::move(file);
  diagnostic.message = fmt::format("the file has {} bytes; at most {} are read", bytes, limits.bytes);
  diagnostic.remedy = "split it into several files";
  return diagnostic;
}

ParsedFile parse(std::string_view text, std::shared_ptr<const std::string> file, const ParseLimits& limits) {
  SharedValues values;
  return parse(text, std::move(file), limits, values);
}

ParsedFile parse(std::string_view text, std::shared_ptr<const std::string> file, const ParseLimits& limits,
                 SharedValues& values) {
  return FileParser(without_byte_order_mark(text), std::move(file), limits, values).run();
}

}  // namespace cr::specs
