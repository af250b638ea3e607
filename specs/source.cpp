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
#include <deque>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "specs/checkout.h"
#include "specs/content_hash.h"
#include "specs/defaults/defaults_tree.h"
#include "specs/defaults/layering.h"
#include "specs/defaults_files.h"
#include "specs/file_cache.h"
#include "specs/file_contents.h"
#include "specs/gathering.h"
#include "specs/given_tree.h"
#include "specs/last_walk.h"
#include "specs/parse.h"
#include "specs/regular_file.h"
#include "specs/source_tree.h"
#include "specs/tree_above.h"

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
  std::vector<CheckedOut> checkouts;  ///< of the last load that succeeded
  FileCache cache;
  FileCache above;  ///< of directories above the paths: only their defaults are kept
  DefaultsFiles defaults_files;
  SharedValues values;  ///< of all files
  /// What came from standard input and other pipes, which can be read only once.
  std::map<std::string, ParsedFile> streams;
  /// What the last load made of the cached files; nothing once one of them has been parsed anew, or where
  /// more than their contents went into it. Order and duplicates of ten thousand documents are then not
  /// worked out in every cycle.
  std::optional<DesiredState> assembled;
  /// What `assembled` knows of what is no file to be read: those that are reached in several ways, and
  /// problems.
  std::vector<std::string> repeated;
  std::vector<TreeProblem> problems;
  LastWalk last_walk;
  /// As long as they say the same they are the same objects.
  std::map<std::string, std::shared_ptr<const DefaultsChain>> chains;
  std::function<void(const std::string&)> hook;
  std::map<std::string, std::string> pretended;  ///< texts by path as diagnostics show it
  std::size_t parsed = 0;
  std::optional<SourceTexts> given;                              ///< in place of files
  std::map<std::string_view, const std::string*> given_streams;  ///< texts of it by path
  std::optional<SourceTexts> recorded;  ///< of the last attempt; nothing: nobody wants it

  /// One pass over all paths. The abort says whether another try is worth it.
  std::optional<DesiredState> attempt(Abort& abort);
  bool read_all(const std::vector<Tree>& trees, const std::vector<std::string>& inputs, Abort& abort);
  std::optional<DesiredState> assemble_all(const std::vector<Tree>& trees, Abort& abort);
  void renew_chains(const DefaultsTree& defaults);
  void layer_files(Layering& layering);
  bool read_above(std::vector<Tree>& trees, Abort& abort);
  bool walk_all(std::vector<Tree>& trees, std::vector<std::string>& inputs, Abort& abort);
  void add_pretended(std::vector<Tree>& trees) const;
  bool find_all(std::vector<Tree>& trees, std::vector<std::string>& inputs, Abort& abort);
  SourceFile& record_file(const std::string& shown, Kept kept);
  bool read_file(const Tree& tree, const TreeFile& file, Kept kept, CachedFile& cached, Abort& abort);
  void take(const TreeFile& file, const FileBytes& content, Kept kept, CachedFile& cached);
  void leave_out(const TreeFile& file, int error, CachedFile& cached);
  bool read_stream(const std::string& path, Abort& abort);
  static bool read_descriptor(const std::string& path, std::size_t most, std::string& text, Abort& abort);
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

/// More than one only where the paths lie in different checkouts.
std::string revisions_of(const std::vector<CheckedOut>& checkouts) {
  std::vector<std::string_view> distinct;
  for (const CheckedOut& checkout : checkouts) {
    if (!checkout.revision.empty() && std::ranges::find(distinct, checkout.revision) == distinct.end())
      distinct.push_back(checkout.revision);
  }
  std::string text;
  for (const std::string_view revision : distinct) text.append(text.empty() ? "" : ",").append(revision);
  return text;
}

}  // namespace

bool SpecSource::State::read_file(const Tree& tree, const TreeFile& file, Kept kept, CachedFile& cached,
                                  Abort& abort) {
  if (given) {
    const SourceFile& known = file_of(*given, file);
    if (known.error != 0) {
      leave_out(file, known.error, cached);
      return true;
    }
    FileBytes content;
    content.outcome = known.bytes > 0 || file.signature.size > ParseLimits{}.bytes
                          ? FileBytes::Outcome::too_large
                          : FileBytes::Outcome::read;
    content.signature = file.signature;
    content.bytes = known.text;
    take(file, content, kept, cached);
    return true;
  }
  if (const auto text = pretended.find(file.shown); text != pretended.end()) {
    FileBytes content;
    content.outcome = FileBytes::Outcome::read;
    content.bytes = text->second;
    content.signature = file.signature;
    content.signature.size = content.bytes.size();
    if (content.bytes.size() > ParseLimits{}.bytes) content.outcome = FileBytes::Outcome::too_large;
    cached.settled = false;
    take(file, content, kept, cached);
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
    if (recorded) record_file(file.shown, kept).error = content.error;
    return true;
  }

  cached.settled =
      started - std::max(content.signature.modified_ns, content.signature.changed_ns) > kCoarsestTickNs;
  take(file, content, kept, cached);
  return true;
}

void SpecSource::State::take(const TreeFile& file, const FileBytes& content, Kept kept, CachedFile& cached) {
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
    if (recorded) record_file(file.shown, kept).bytes = content.signature.size;
    take_failure(cached, too_large(cached.shown, content.signature.size, of_file));
  } else {
    if (recorded) record_file(file.shown, kept).text = content.bytes;
    take_text(cached, content.bytes, kept, of_file, values);
  }
}

void SpecSource::State::leave_out(const TreeFile& file, int error, CachedFile& cached) {
  Diagnostic reason = unreadable({file.shown, "cannot be read: " + std::generic_category().message(error),
                                  "its workspaces are left as they are until it can be read"});
  cached.settled = false;
  cached.content = {};
  if (cached.shown && cached.parsed.illegible && cached.parsed.diagnostics.front() == reason) return;
  if (!cached.shown) cached.shown = std::make_shared<const std::string>(file.shown);
  take_failure(cached, std::move(reason));
  assembled.reset();
}

bool SpecSource::State::read_stream(const std::string& path, Abort& abort) {
  if (streams.contains(path)) return true;
  const std::string shown = path == kStandardInput ? "<stdin>" : path;
  ParseLimits of_input;
  of_input.bytes = limits.input_bytes;
  of_input.documents = limits.documents;
  std::string text;
  if (given) {
    text = *given_streams.at(path);
  } else if (!read_descriptor(path, of_input.bytes, text, abort)) {
    return false;
  }
  ++parsed;
  assembled.reset();
  if (recorded) recorded->files.push_back({shown, text, SourceFile::Role::input});
  streams.emplace(path, parse(text, std::make_shared<const std::string>(shown), of_input, values));
  return true;
}

bool SpecSource::State::read_descriptor(const std::string& path, std::size_t most, std::string& text,
                                        Abort& abort) {
  const bool standard = path == kStandardInput;
  const int descriptor = standard ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  const std::unique_ptr<const int, void (*)(const int*)> closing(&descriptor, [](const int* open) {
    if (*open > STDIN_FILENO) ::close(*open);
  });
  constexpr std::size_t kChunk = std::size_t{64} << 10;
  while (text.size() <= most) {
    const std::size_t filled = text.size();
    text.resize(filled + kChunk);
    const ssize_t n = ::read(descriptor, text.data() + filled, kChunk);
    text.resize(filled + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      abort = {false, (standard ? "<stdin>" : path) + ": " + std::generic_category().message(errno)};
      return false;
    }
    if (n == 0) break;
  }
  return true;
}

std::optional<DesiredState> SpecSource::State::attempt(Abort& abort) {
  cache.begin();
  above.begin();
  std::vector<Tree> trees;
  std::vector<std::string> inputs;
  if (!find_all(trees, inputs, abort)) return std::nullopt;
  std::vector<CheckedOut> found = checkouts_of(trees);
  if (recorded) recorded.emplace();

  if (!read_all(trees, inputs, abort) || !read_above(trees, abort)) return std::nullopt;
  if (!std::all_of(trees.begin(), trees.end(), is_unchanged) || checkouts_of(trees) != found) {
    abort = {true, "the files changed while they were being read"};
    return std::nullopt;
  }
  const std::string revision = given ? given->revision : revisions_of(found);
  if (recorded) {
    recorded->revision = revision;
    add_trees(trees, *recorded);
  }
  const std::size_t files = cache.files().size() + inputs.size();
  // None has been parsed since, so each is one of those; and as many of those are all of them.
  std::vector<std::string> repeated_now;
  std::vector<TreeProblem> problems_now;
  for (const Tree& tree : trees) {
    for (const TreeFile& file : tree.repeated) repeated_now.push_back(file.shown);
    std::ranges::copy(tree.problems, std::back_inserter(problems_now));
    for (const DirectoryAbove& one : tree.above) {
      for (const TreeFile& file : one.files) repeated_now.push_back(file.shown);
      std::ranges::copy(one.problems, std::back_inserter(problems_now));
    }
  }
  if (!assembled || assembled->files != files || repeated != repeated_now || problems != problems_now) {
    repeated = std::move(repeated_now);
    problems = std::move(problems_now);
    assembled = assemble_all(trees, abort);
    if (!assembled) return std::nullopt;
    assembled->files = files;
  }
  assembled->look_alike.clear();
  for (const Tree& tree : trees) {
    if (assembled->look_alike.empty()) assembled->look_alike = tree.look_alike;
  }
  cache.end();
  above.end();
  if (parsed > 0) values.drop_unused();
  assembled->revision = revision;
  checkouts = std::move(found);
  if (!given && !recorded && pretended.empty()) last_walk.keep(std::move(trees), cache.files());
  return assembled;
}

bool SpecSource::State::find_all(std::vector<Tree>& trees, std::vector<std::string>& inputs, Abort& abort) {
  if (given) {
    trees.push_back(tree_of(*given, inputs));
    for (const SourceFile& file : given->files) {
      if (file.role == SourceFile::Role::input) given_streams.emplace(file.path, &file.text);
    }
    return true;
  }
  if (!walk_all(trees, inputs, abort)) return false;
  drop_repeated_files(trees);
  add_pretended(trees);
  return true;
}

SourceFile& SpecSource::State::record_file(const std::string& shown, Kept kept) {
  const auto role = kept == Kept::defaults ? SourceFile::Role::above : SourceFile::Role::declared;
  return recorded->files.emplace_back(SourceFile{.path = shown, .text = {}, .role = role});
}

bool SpecSource::State::walk_all(std::vector<Tree>& trees, std::vector<std::string>& inputs, Abort& abort) {
  TreeWalk walk(limits.entries);
  for (const std::string& path : paths) {
    if (const std::string stream = stream_of(path, streams); !stream.empty()) {
      if (std::find(inputs.begin(), inputs.end(), stream) == inputs.end()) inputs.push_back(stream);
      continue;
    }
    TreeFailure failure;
    Tree& tree = trees.emplace_back();
    bool walked = walk.walk(path, tree, failure);
    if (!walked && !pretended.empty()) {
      // What is pretended may be in a directory that is still to be made.
      std::error_code error;
      walked = std::filesystem::symlink_status(path, error).type() == std::filesystem::file_type::not_found;
      tree = {};
    }
    if (!walked || !look_above(path, tree, failure)) {
      abort = {failure.moved, std::move(failure.message)};
      return false;
    }
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
      if (!read_file(tree, file, Kept::all, cached, abort)) return false;
      if (!totals.add_documents(cached.parsed.documents(), abort)) return false;
    }
  }
  return std::all_of(inputs.begin(), inputs.end(), [&](const std::string& path) {
    return read_stream(path, abort) && totals.add_documents(streams.at(path).documents(), abort);
  });
}

/// Those that are declared, too, are read as such.
bool SpecSource::State::read_above(std::vector<Tree>& trees, Abort& abort) {
  // Few stand above, and many are declared.
  std::set<Inode> above_them, declared;
  for (const Tree& tree : trees) {
    for (const DirectoryAbove& one : tree.above)
      for (const TreeFile& file : one.files) above_them.insert(inode_of(file.signature));
  }
  if (above_them.empty()) return true;
  for (const Tree& tree : trees) {
    for (const TreeFile& file : tree.files)
      if (above_them.contains(inode_of(file.signature))) declared.insert(inode_of(file.signature));
  }
  std::set<std::string_view> known;
  for (Tree& tree : trees) {
    for (const DirectoryAbove& one : tree.above) {
      for (const TreeFile& file : one.files) {
        if (!known.insert(file.shown).second) continue;
        if (declared.contains(inode_of(file.signature))) {
          tree.repeated.push_back(file);
          continue;
        }
        if (!read_file(tree, file, Kept::defaults, above.entry(file.shown), abort)) return false;
      }
    }
  }
  return true;
}

void SpecSource::State::renew_chains(const DefaultsTree& defaults) {
  std::map<std::string, std::shared_ptr<const DefaultsChain>> before = std::exchange(chains, {});
  for (const CachedFile& file : cache.files()) {
    const auto [here, fresh] = chains.try_emplace(directory_of(*file.shown));
    if (!fresh) continue;
    DefaultsChain chain = defaults.chain_of(here->first);
    const auto known = before.find(here->first);
    here->second = known != before.end() && *known->second == chain
                       ? std::move(known->second)
                       : std::make_shared<const DefaultsChain>(std::move(chain));
  }
}

void SpecSource::State::layer_files(Layering& layering) {
  for (const CachedFile& file : cache.files()) {
    if (file.layered && file.chain == chains.find(directory_of(*file.shown))->second)
      layering.keep(*file.layered);
  }
  for (CachedFile& file : cache.files()) {
    const std::shared_ptr<const DefaultsChain>& chain = chains.find(directory_of(*file.shown))->second;
    if (!needs_layering(file.parsed, *chain)) {
      file.layered.reset();
    } else if (!file.layered || file.chain != chain) {
      file.layered = relayered(file.layered, layering.layer(file.parsed, *chain));
    }
    file.chain = file.layered ? chain : nullptr;
  }
}

std::optional<DesiredState> SpecSource::State::assemble_all(const std::vector<Tree>& trees, Abort& abort) {
  Gathering gathering(kMaxFullDiagnostics);
  std::set<std::string_view> told;
  const auto tell = [&](const TreeProblem& problem) {
    if (told.insert(problem.shown).second) gathering.add(unreadable(problem));
  };
  for (const Tree& tree : trees) std::ranges::for_each(tree.problems, tell);
  for (const Tree& tree : trees) {
    for (const DirectoryAbove& one : tree.above)
      for (const TreeProblem& problem : one.problems)
        if (defaults_files.is_told_of(problem)) tell(problem);
  }
  for (const CachedFile& file : cache.files()) gathering.know(file.parsed);
  for (const CachedFile& file : above.files())
    if (is_told_of(file)) gathering.add(file.parsed, nullptr);
  renew_chains(defaults_files.gather(trees, cache.files(), above.files()));
  std::optional<Layering> layering(std::in_place, values, limits.layered_bytes);
  layer_files(*layering);
  if (layering->is_exhausted()) {
    // What files share counts once for each that was edited by itself: only all of them together tell.
    for (CachedFile& file : cache.files()) file.chain.reset();
    layering.emplace(values, limits.layered_bytes);
    layer_files(*layering);
  }
  for (const CachedFile& file : cache.files())
    gathering.add(file.parsed, file.layered ? &*file.layered : nullptr);
  std::deque<DefaultsChain> of_streams;
  // Each is a directory of its own: its defaults are for what comes with them, and no file's are for it.
  for (const auto& [path, from_stream] : streams) {
    gathering.know(from_stream);
    DefaultsTree own;
    for (const DefaultsPtr& one : from_stream.defaults) own.add({}, one);
    const DefaultsChain& chain = of_streams.emplace_back(own.chain_of({}));
    if (!needs_layering(from_stream, chain)) {
      gathering.add(from_stream, nullptr);
      continue;
    }
    const LayeredFile layered = layering->layer(from_stream, chain);
    gathering.add(from_stream, &layered);
  }
  if (layering->is_exhausted()) {
    for (CachedFile& file : cache.files()) file.chain.reset();
    abort = {false, fmt::format("the values that defaults give to documents take more than {} MiB in total",
                                limits.layered_bytes >> 20)};
    return std::nullopt;
  }
  return gathering.assembled();
}

SpecSource::SpecSource(std::vector<std::string> paths, Now now, LoadLimits limits)
    : state_(std::make_unique<State>()) {
  state_->paths = std::move(paths);
  state_->now = std::move(now);
  state_->limits = limits;
}
SpecSource::SpecSource(SourceTexts texts, LoadLimits limits) : state_(std::make_unique<State>()) {
  state_->now = std::chrono::system_clock::now;
  state_->limits = limits;
  state_->given = std::move(texts);
}
SpecSource::~SpecSource() = default;
SpecSource::SpecSource(SpecSource&&) noexcept = default;
SpecSource& SpecSource::operator=(SpecSource&&) noexcept = default;

boost::system::result<DesiredState, SourceError> SpecSource::load(Files files) {
  state_->parsed = 0;
  if (files == Files::were_not_written && state_->assembled &&
      state_->last_walk.still_holds(state_->checkouts))
    return *state_->assembled;
  state_->last_walk.forget();
  Abort abort;
  for (int i = 0; i < kAttempts; ++i) {
    if (auto state = state_->attempt(abort)) return std::move(*state);
    if (!abort.moved) return SourceError(abort.message);
  }
  return SourceError(fmt::format("{} (tried {} times)", abort.message, kAttempts));
}

boost::system::result<SourceTexts, SourceError> SpecSource::texts() {
  SpecSource fresh(state_->paths, state_->now, state_->limits);
  fresh.state_->recorded.emplace();
  if (const auto loaded = fresh.load(); !loaded) return loaded.error();
  return std::move(*fresh.state_->recorded);
}

std::size_t SpecSource::parsed_files() const {
  return state_->parsed;
}
const std::vector<std::string>& SpecSource::paths() const {
  return state_->paths;
}
const std::vector<CheckedOut>& SpecSource::checkouts() const {
  return state_->checkouts;
}
void SpecSource::pretend(std::map<std::string, std::string> texts) {
  state_->pretended = std::move(texts);
  state_->assembled.reset();
}
void SpecSource::before_reading(std::function<void(const std::string&)> hook) {
  state_->hook = std::move(hook);
}

}  // namespace cr::specs
