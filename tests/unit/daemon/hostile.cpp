#include "tests/unit/daemon/hostile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/support/report_rows.h"
#include "tests/unit/daemon/reports.h"

namespace cr::testing {

reconcile::CycleReport a_hostile_report(const std::string& text) {
  auto report = a_report({reconcile::Reason::Rejected});
  auto spec = *a_spec(text, text, {{text, text}});
  auto& body = spec.body.edit();
  body.template_ref = text;
  body.set = text;
  body.parameters = {{text, text}};
  spec.where.file = std::make_shared<const std::string>(text);
  auto& row = editable(report.workspaces, 0);
  row.spec = std::make_shared<const specs::WorkspaceSpec>(spec);
  row.ready.message = text;
  row.remarks = {{reconcile::Remark::Ineffective, text}};
  row.drift = {{reconcile::Field::template_ref, text, text}};
  coder::ApiError error(coder::ApiFault::rejected, text + "!");
  error.method = error.path = error.detail = error.request_id = text;
  error.validations = {{text, text}};
  row.last_error = std::make_shared<const coder::ApiError>(error);
  report.plan.workspaces.push_back({specs::identity_of(spec), {a_success().action}, text});
  return report;
}

void expect_nothing_of_it_runs(const std::string& html, const std::string& text) {
  for (const char* markup :
       {"<script>window", "<img", "<iframe", "<svg onload", "<!--", "onmouseover='window",
        "href=\"javascript", "\xe2\x80\xae", "\xe2\x81\xa6", "\x1b", "\xc0\xbc"})
    EXPECT_THAT(html, ::testing::Not(::testing::HasSubstr(markup))) << text;
}

}  // namespace cr::testing
