#pragma once

#include <string>
#include <vector>

#include "reconcile/report/report.h"

namespace cr::testing {

/// Texts that would run, or show something else than they are, on a page that did not escape them.
[[nodiscard]] inline std::vector<std::string> hostile_texts() {
  return {
      "<script>window.harmed=1</script>",
      "\"><img src=x onerror=window.harmed=1>",
      "' onmouseover='window.harmed=1",
      "</td></table><iframe src=javascript:window.harmed=1></iframe>",
      "</style><script>window.harmed=1</script>",
      "</title><svg onload=window.harmed=1>",
      "<!--",
      "javascript:window.harmed=1",
      "&lt;script&gt;",
      "{{constructor.constructor('window.harmed=1')()}}",
      "\xe2\x80\xae"
      "txt.exe",
      "a\xe2\x81\xa6"
      "b\xe2\x81\xa9",
      "\x1b]0;title\x07",
      "<\xc0\xbcscript>",
  };
}

/// A cycle's report of one workspace, which waits for a person, and whose every text is this one.
[[nodiscard]] reconcile::CycleReport a_hostile_report(const std::string& text);

/// A page that shows such a text has no element, attribute or mark of writing that it would have made.
void expect_nothing_of_it_runs(const std::string& html, const std::string& text);

}  // namespace cr::testing
