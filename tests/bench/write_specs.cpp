// Writes specs for a part of the stand-in's fleet: write_specs DIRECTORY COUNT STRIDE PER_FILE. Every
// STRIDE-th workspace of the fleet is declared, as it is.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "tests/bench/spec_tree.h"

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: " << argv[0] << " DIRECTORY COUNT STRIDE PER_FILE\n";
    return EXIT_FAILURE;
  }
  const std::filesystem::path folder = argv[1];
  const std::size_t count = std::stoul(argv[2]), stride = std::stoul(argv[3]), per_file = std::stoul(argv[4]);
  std::filesystem::create_directories(folder);
  std::ofstream file;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % per_file == 0) {
      file.close();
      file.open(folder / ("workspaces-" + std::to_string(i / per_file) + ".yaml"));
    } else {
      file << "---\n";
    }
    file << cr::bench::spec_text(i * stride);
  }
  file.close();
  return file ? EXIT_SUCCESS : EXIT_FAILURE;
}
