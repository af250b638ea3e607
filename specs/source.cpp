#include "specs/source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/throw_exception.hpp>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "specs/content_hash.h"
#include "specs/defaults/defaults_tree.h"
#include "specs/defaults/layering.h"
#include "specs/file_cache.h"
#include "specs/parse.h"
#include "specs/regular_file.h"
#include "specs/revision.h"
#include "specs/source_tree.h"
#include "specs/text/ascii.h"

namespace cr::specs {
namespace {

constexpr int kAttempts = 5;
constexpr std::string_view kStandardInput = "-";
/// A file that changes twice within one tick of its file system's clock keeps its signature. So a signature
/// is believed only where the file had been at rest for longer than any such tick when it was read.
constexpr std::int64_t kCoarsestTickNs = 2'000'000'000;

/// How one attempt at a load ended without a result.
struct Abort {
  bool moved = false;
  std::string message;
};

}  // namespace

void throw_exception_from_error(const SourceError& error, const boost::source_location& where) {
  boost::throw_exception(std::logic_error("unchecked load: " + error.message()), where);
}

struct SpecSource::State {
  std::vector<std::string> paths;
  Now now;
  LoadLimits limits;
  FileCache cache;
  SharedValues values;  ///< of all files
  /// What came from standard input and other pipes, which can be read only once.
  std::map<std::string, ParsedFile> streams;
  /// What the last load made of the cached files; nothing once one of them has been parsed anew, or where
  /// more than their contents went into it. Order and duplicates of ten thousand documents are then not
  /// worked out in every cycle.
  std::optional<DesiredState> assembled;
  std::function<void(const std::string&)> hook;
  std::map<std::string, std::string> pretended;  ///< texts by path as diagnostics show it
  std::size_t parsed = 0;

  /// One pass over all paths. The abort says whether another try is worth it.
  std::optional<DesiredState> attempt(Abort& abort);
  bool read_all(const std::vector<Tree>& trees, const std::vector<std::string>& inputs, Abort& abort);
  DesiredState assemble_all(const std::vector<Tree>& trees);
  [[nodiscard]] DefaultsTree defaults_of(const std::vector<Tree>& trees);
  bool walk_all(std::vector<Tree>& trees, std::vector<std::string>& inputs, Abort& abort);
  void add_pretended(std::vector<Tree>& trees) const;
  bool read_file(const Tree& tree, const TreeFile& file, CachedFile& cached, Abort& abort);
  void take(const TreeFile& file, const FileBytes& content, CachedFile& cached);
  void leave_out(const TreeFile& file, int error, CachedFile& cached);
  bool read_stream(const std::string& path, Abort& abort);
};

namespace {

/// Adds up what a load finds, against the limits for all files together.
class Totals {
 public:
  explicit Totals(const LoadLimits& limits) : limits_(limits) {}

  bool add_bytes(std::uint64_t bytes, Abort& abort) {
    bytes_ += bytes;
    if (bytes_ <= limits_.bytes) return true;
    abort = {false, fmt::format("the files have more than {} MiB in total", limits_.bytes >> 20)};
    return false;
  }
  bool add_documents(std::size_t documents, Abort& abort) {
    documents_ += documents;
    if (documents_ <= limits_.documents) return true;
    abort = {false, fmt::format("the files declare more than {} documents in total", limits_.documents)};
    return false;
  }

 private:
  const LoadLimits& limits_;
  std::uint64_t bytes_ = 0;
  std::size_t documents_ = 0;
};

/// Gathers what the files declare.
class Gathering {
 public:
  /// `layered`: null where what the file declares is all that there is.
  void add(const ParsedFile& parsed, const LayeredFile* layered) {
    append(declared_.specs, layered ? layered->specs : parsed.specs);
    append(declared_.rejected, parsed.rejected);
    append(declared_.rejected_sets, parsed.rejected_sets);
    for (const Diagnostic& diagnostic : parsed.diagnostics) add(diagnostic);
    for (const DefaultsPtr& defaults : parsed.defaults)
      if (defaults->legible) uses_.try_emplace(defaults.get(), DefaultsUse{defaults});
    if (!layered) return;
    append(declared_.sets, layered->sets);
    append(declared_.rejected, layered->rejected);
    append(declared_.rejected_sets, layered->rejected_sets);
    for (const Diagnostic& diagnostic : layered->diagnostics) add(diagnostic);
    for (const DefaultsUse& use : layered->uses) {
      DefaultsUse& known = uses_.try_emplace(use.defaults.get(), DefaultsUse{use.defaults}).first->second;
      known.selected += use.selected;
      known.used += use.used;
    }
  }

  void add(const Diagnostic& diagnostic) {
    std::vector<Diagnostic>& all = declared_.diagnostics;
    if (all.size() < kMaxFullDiagnostics) return all.push_back(diagnostic);
    const Diagnostic& last = all.back();
    const bool same_document =
        last.document == diagnostic.document && last.document_column == diagnostic.document_column;
    if (same_document && last.where.file == diagnostic.where.file) return;
    all.push_back(diagnostic);
    all.back().excerpt = {};
  }

  DesiredState assembled() {
    for (const auto& [defaults, use] : uses_) {
      if (!defaults->legible) continue;
      declared_.defaults.push_back(
          {defaults->where, defaults->name, !defaults->selector.empty(), use.selected, use.used});
    }
    return assemble(std::move(declared_));
  }

 private:
  template <class T>
  static void append(std::vector<T>& to, const std::vector<T>& from) {
    to.insert(to.end(), from.begin(), from.end());
  }

  Declared declared_;
  std::unordered_map<const WorkspaceDefaults*, DefaultsUse> uses_;
};

/// Whether the name says so.
bool is_named_defaults(std::string_view shown) {
  return text::lower(shown.substr(shown.rfind('/') + 1)).find("default") != std::string::npos;
}

DefaultsPtr unread_defaults(std::shared_ptr<const std::string> file) {
  WorkspaceDefaults defaults;
  defaults.legible = false;
  defaults.where.file = std::move(file);
  return std::make_shared<const WorkspaceDefaults>(std::move(defaults));
}

bool needs_layering(const ParsedFile& file, const DefaultsChain& chain) {
  return !chain.empty() || !file.open.empty() || !file.sets.empty();
}

Diagnostic unreadable(const TreeProblem& problem) {
  Diagnostic diagnostic;
  diagnostic.kind = DiagnosticKind::unreadable;
  diagnostic.where.file = std::make_shared<const std::string>(problem.shown);
  diagnostic.message = problem.message;
  diagnostic.remedy = problem.remedy;
  return diagnostic;
}

/// Whether an error says something of this process or machine, and nothing of the file.
bool is_of_the_process(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == EINTR;
}

/// What a path that can be read only once goes by: "-" for standard input under any of its names, the path
/// itself for another pipe that a shell has opened (`<(command)`). Empty for files and directories.
std::string stream_of(const std::string& path, const std::map<std::string, ParsedFile>& known) {
  for (const std::string_view name : {"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})
    if (path == name) return std::string(kStandardInput);
  if (known.contains(path)) return path;
  if (!path.starts_with("/dev/fd/") && !path.starts_with("/proc/self/fd/")) return {};
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) ? path : std::string();
}

/// Revisions of all trees; more than one only where the paths lie in different checkouts.
std::string revisions_of(const std::vector<Tree>& trees) {
  std::vector<std::string> distinct;
  for (const Tree& tree : trees) {
    std::string revision = find_revision(tree.root);
    if (!revision.empty() && std::find(distinct.begin(), distinct.end(), revision) == distinct.end())
      distinct.push_back(std::move(revision));
  }
  std::string text;
  for (const std::string& revision : distinct) text += (text.empty() ? "" : ",") + revision;
  return text;
}

}  // namespace

bool SpecSource::State::read_file(const Tree& tree, const TreeFile& file, CachedFile& cached, Abort& abort) {
  if (const auto text = pretended.find(file.shown); text != pretended.end()) {
    FileBytes content;
    content.outcome = FileBytes::Outcome::read;
    content.bytes = text->second;
    content.signature.size = content.bytes.size();
    if (content.bytes.size() > ParseLimits{}.bytes) content.outcome = FileBytes::Outcome::too_large;
    cached.settled = false;
    take(file, content, cached);
    return true;
  }
  if (cached.shown && cached.settled && cached.signature == file.signature) return true;
  if (hook) hook(file.shown);
  const ParseLimits of_file;
  const std::int64_t started = std::chrono::nanoseconds{now().time_since_epoch()}.count();
  FileBytes content = read_regular_file(real_path(tree, file), of_file.bytes);
  if (content.outcome == FileBytes::Outcome::failed && is_of_the_process(content.error)) {
    abort = {false, file.shown + ": " + std::generic_category().message(content.error)};
    return false;
  }
  if (content.outcome != FileBytes::Outcome::failed &&
      (content.outcome == FileBytes::Outcome::gone || content.signature != file.signature)) {
    abort = {true, file.shown + ": changed while it was being read"};
    return false;
  }
  if (content.outcome == FileBytes::Outcome::failed) {
    leave_out(file, content.error, cached);
    return true;
  }

  cached.settled =
      started - std::max(content.signature.modified_ns, content.signature.changed_ns) > kCoarsestTickNs;
  take(file, content, cached);
  return true;
}

void SpecSource::State::take(const TreeFile& file, const FileBytes& content, CachedFile& cached) {
  const ParseLimits of_file;
  const bool fresh = cached.shown == nullptr;
  if (fresh) cached.shown = std::make_shared<const std::string>(file.shown);
  cached.signature = content.signature;
  ContentHash hash = content_hash(content.bytes);
  hash.size = content.signature.size;  // tells files apart that are too large to be read
  if (!fresh && hash == cached.content) return;
  cached.content = hash;
  ++parsed;
  assembled.reset();
  if (content.outcome == FileBytes::Outcome::too_large) {
    cached.parsed = {};
    cached.parsed.diagnostics.push_back(too_large(cached.shown, content.signature.size, of_file));
    cached.parsed.illegible = true;
  } else {
    cached.parsed = parse(content.bytes, cached.shown, of_file, values);
    cached.held_defaults = !cached.parsed.defaults.empty();
  }
  cached.layered.reset();
}

void SpecSource::State::leave_out(const TreeFile& file, int error, CachedFile& cached) {
  ParsedFile left_out;
  left_out.illegible = true;
  left_out.diagnostics.push_back(
      unreadable({file.shown, "cannot be read: " + std::generic_category().message(error),
                  "its workspaces are left as they are until it can be read"}));
  cached.settled = false;
  cached.content = {};
  if (cached.shown && cached.parsed.specs.empty() && cached.parsed.diagnostics == left_out.diagnostics)
    return;
  if (!cached.shown) cached.shown = std::make_shared<const std::string>(file.shown);
  cached.parsed = std::move(left_out);
  cached.layered.reset();
  assembled.reset();
}

bool SpecSource::State::read_stream(const std::string& path, Abort& abort) {
  if (streams.contains(path)) return true;
  const bool standard = path == kStandardInput;
  const std::string shown = standard ? "<stdin>" : path;
  const int descriptor = standard ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  const std::unique_ptr<const int, void (*)(const int*)> closing(&descriptor, [](const int* open) {
    if (*open > STDIN_FILENO) ::close(*open);
  });
  ParseLimits of_input;
  of_input.bytes = limits.input_bytes;
  of_input.documents = limits.documents;
  std::string text;
  constexpr std::size_t kChunk = std::size_t{64} << 10;
  while (text.size() <= of_input.bytes) {
    const std::size_t filled = text.size();
    text.resize(filled + kChunk);
    const ssize_t n = ::read(descriptor, text.data() + filled, kChunk);
    text.resize(filled + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      abort = {false, shown + ": " + std::generic_category().message(errno)};
      return false;
    }
    if (n == 0) break;
  }
  ++parsed;
  assembled.reset();
  streams.emplace(path, parse(text, std::make_shared<const std::string>(shown), of_input, values));
  return true;
}

std::optional<DesiredState> SpecSource::State::attempt(Abort& abort) {
  cache.begin();
  std::vector<Tree> trees;
  std::vector<std::string> inputs;
  if (!walk_all(trees, inputs, abort)) return std::nullopt;
  drop_repeated_files(trees);
  add_pretended(trees);
  std::string revision = revisions_of(trees);

  if (!read_all(trees, inputs, abort)) return std::nullopt;
  if (!std::all_of(trees.begin(), trees.end(), is_unchanged) || revisions_of(trees) != revision) {
    abort = {true, "the files changed while they were being read"};
    return std::nullopt;
  }
  const std::size_t files = cache.files().size() + inputs.size();
  const bool problems =
      std::any_of(trees.begin(), trees.end(), [](const Tree& tree) { return !tree.problems.empty(); });
  // None has been parsed since, so each is one of those; and as many of those are all of them.
  if (!assembled || assembled->files != files || problems) {
    assembled = assemble_all(trees);
    assembled->files = files;
  }
  assembled->look_alike.clear();
  for (const Tree& tree : trees) {
    if (assembled->look_alike.empty()) assembled->look_alike = tree.look_alike;
  }
  cache.end();
  if (parsed > 0) values.drop_unused();
  assembled->revision = std::move(revision);
  if (!problems) return assembled;
  return std::exchange(assembled, std::nullopt);
}

bool SpecSource::State::walk_all(std::vector<Tree>& trees, std::vector<std::string>& inputs, Abort& abort) {
  TreeWalk walk(limits.entries);
  for (const std::string& path : paths) {
    if (const std::string stream = stream_of(path, streams); !stream.empty()) {
      if (std::find(inputs.begin(), inputs.end(), stream) == inputs.end()) inputs.push_back(stream);
      continue;
    }
    TreeFailure failure;
    if (walk.walk(path, trees.emplace_back(), failure)) continue;
    std::error_code error;
    const auto status = std::filesystem::symlink_status(path, error);
    if (!pretended.empty() && status.type() == std::filesystem::file_type::not_found) continue;
    abort = {failure.moved, std::move(failure.message)};
    return false;
  }
  return true;
}

void SpecSource::State::add_pretended(std::vector<Tree>& trees) const {
  if (pretended.empty() || trees.empty()) return;
  std::unordered_set<std::string_view> there;
  for (const Tree& tree : trees) {
    for (const TreeFile& file : tree.files) there.insert(file.shown);
  }
  std::vector<TreeFile> fresh;
  for (const auto& [shown, text] : pretended) {
    if (!there.contains(shown)) fresh.push_back({shown, kElsewhere, 0, {}});
  }
  std::ranges::move(fresh, std::back_inserter(trees.front().files));
}

bool SpecSource::State::read_all(const std::vector<Tree>& trees, const std::vector<std::string>& inputs,
                                 Abort& abort) {
  Totals totals(limits);
  for (const Tree& tree : trees) {
    for (const TreeFile& file : tree.files) {
      if (!totals.add_bytes(file.signature.size, abort)) return false;
      CachedFile& cached = cache.entry(file.shown);
      if (!read_file(tree, file, cached, abort)) return false;
      if (!totals.add_documents(cached.parsed.documents(), abort)) return false;
    }
  }
  return std::all_of(inputs.begin(), inputs.end(), [&](const std::string& path) {
    return read_stream(path, abort) && totals.add_documents(streams.at(path).documents(), abort);
  });
}

DefaultsTree SpecSource::State::defaults_of(const std::vector<Tree>& trees) {
  DefaultsTree tree;
  for (const CachedFile& file : cache.files()) {
    for (const DefaultsPtr& defaults : file.parsed.defaults) tree.add(directory_of(*file.shown), defaults);
  }
  // What cannot be read may be defaults, and then whatever they are for is left as it is: where there were
  // some, where its name says so, or where somebody works with defaults at all.
  const bool in_use = !tree.empty();
  for (const CachedFile& file : cache.files()) {
    if (file.parsed.illegible && (in_use || file.held_defaults || is_named_defaults(*file.shown)))
      tree.add(directory_of(*file.shown), unread_defaults(file.shown));
  }
  for (const Tree& one : trees) {
    for (const TreeProblem& problem : one.problems) {
      if (!in_use && !is_named_defaults(problem.shown)) continue;
      tree.add(directory_of(problem.shown),
               unread_defaults(std::make_shared<const std::string>(problem.shown)));
    }
  }
  return tree;
}

DesiredState SpecSource::State::assemble_all(const std::vector<Tree>& trees) {
  Gathering gathering;
  for (const Tree& tree : trees) {
    for (const TreeProblem& problem : tree.problems) gathering.add(unreadable(problem));
  }
  const DefaultsTree defaults = defaults_of(trees);
  std::map<std::string, DefaultsChain> chains;
  Layering layering(values);
  for (CachedFile& file : cache.files()) {
    const auto [known, fresh] = chains.try_emplace(directory_of(*file.shown));
    const DefaultsChain& chain = known->second;
    if (fresh) known->second = defaults.chain_of(known->first);
    if (!needs_layering(file.parsed, chain)) {
      file.layered.reset();
    } else if (!file.layered || file.chain != chain) {
      file.layered = layering.layer(file.parsed, chain);
    }
    file.chain = file.layered ? chain : DefaultsChain{};
    gathering.add(file.parsed, file.layered ? &*file.layered : nullptr);
  }
  // Each is a directory of its own: its defaults are for what comes with them, and no file's are for it.
  for (const auto& [path, from_stream] : streams) {
    DefaultsTree own;
    for (const DefaultsPtr& one : from_stream.defaults) own.add({}, one);
    const DefaultsChain& chain = chains.emplace('|' + path, own.chain_of({})).first->second;
    if (!needs_layering(from_stream, chain)) {
      gathering.add(from_stream, nullptr);
      continue;
    }
    const LayeredFile layered = layering.layer(from_stream, chain);
    gathering.add(from_stream, &layered);
  }
  return gathering.assembled();
}

SpecSource::SpecSource(std::vector<std::string> paths, Now now, LoadLimits limits)
    : state_(std::make_unique<State>()) {
  state_->paths = std::move(paths);
  state_->now = std::move(now);
  state_->limits = limits;
}
SpecSource::~SpecSource() = default;
SpecSource::SpecSource(SpecSource&&) noexcept = default;
SpecSource& SpecSource::operator=(SpecSource&&) noexcept = default;

boost::system::result<DesiredState, SourceError> SpecSource::load() {
  state_->parsed = 0;
  Abort abort;
  for (int i = 0; i < kAttempts; ++i) {
    if (auto state = state_->attempt(abort)) return std::move(*state);
    if (!abort.moved) return SourceError(abort.message);
  }
  return SourceError(fmt::format("{} (tried {} times)", abort.message, kAttempts));
}

std::size_t SpecSource::parsed_files() const {
  return state_->parsed;
}
const std::vector<std::string>& SpecSource::paths() const {
  return state_->paths;
}
void SpecSource::pretend(std::map<std::string, std::string> texts) {
  state_->pretended = std::move(texts);
  state_->assembled.reset();
}
void SpecSource::before_reading(std::function<void(const std::string&)> hook) {
  state_->hook = std::move(hook);
}

}  // namespace cr::specs
