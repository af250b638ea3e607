#include "tests/support/tests_dir.h"

namespace cr::testing {

std::string tests_dir() {
  return CR_TESTS_DIR;
}

}  // namespace cr::testing
