// Whatever the bytes: the loader ends, a spec that it takes can be written so that it reads the same, and the
// quick reader of YAML says what the library says, or nothing.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "specs/plain_yaml.h"
#include "specs/source_text.h"
#include "tests/support/emit.h"
#include "tests/support/parse_alone.h"
#include "tests/support/yaml_nodes.h"

namespace {

void compare_readers(std::string_view text) {
  if (cr::specs::find_text_problem(text)) return;
  for (const cr::specs::DocumentText& document : cr::specs::split_documents(text)) {
    const auto plain = cr::specs::read_plain_yaml(document.text);
    if (!plain) continue;
    const cr::specs::YamlResult full = cr::specs::parse_yaml_in_full(document.text);
    if (full.problem || !cr::testing::same_nodes(*plain->root(), *full.document.root())) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  compare_readers(text);
  const auto file = std::make_shared<const std::string>("fuzz.yaml");
  const cr::specs::ParsedFile parsed = cr::testing::parse_alone(text, file);
  for (const cr::specs::Diagnostic& diagnostic : parsed.diagnostics)
    if (render(diagnostic).find('\x1b') != std::string::npos) std::abort();
  for (const cr::specs::SpecPtr& spec : parsed.specs) {
    const cr::specs::ParsedFile again = cr::testing::parse_alone(to_yaml(*spec), file);
    if (again.specs.size() != 1) std::abort();
    cr::specs::WorkspaceSpec copy = *again.specs.front();
    copy.where = spec->where;
    copy.body.edit().defaulted = spec->body->defaulted;  // written as its own
    if (copy != *spec) std::abort();
  }
  return 0;
}
