// Whatever the bytes: the loader ends, and a spec that it takes can be written so that it reads the same.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "specs/emit.h"
#include "specs/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = std::make_shared<const std::string>("fuzz.yaml");
  const cr::specs::ParsedFile parsed = cr::specs::parse(text, file);
  for (const cr::specs::Diagnostic& diagnostic : parsed.diagnostics)
    if (render(diagnostic).find('\x1b') != std::string::npos) std::abort();
  for (const cr::specs::SpecPtr& spec : parsed.specs) {
    const cr::specs::ParsedFile again = cr::specs::parse(to_yaml(*spec), file);
    if (again.specs.size() != 1) std::abort();
    cr::specs::WorkspaceSpec copy = *again.specs.front();
    copy.where = spec->where;
    if (copy != *spec) std::abort();
  }
  return 0;
}
