#include "reconcile/coder/list_page.h"

#include <gtest/gtest.h>

#include <string>

#include "specs/text/timestamp.h"
#include "tests/unit/reconcile/coder/fixtures.h"

namespace cr::coder {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::recorded_body;

json a_row() {
  return recorded_body("coder-2.35.1", "list/page-1")["workspaces"][0];
}

json a_page(std::initializer_list<json> rows) {
  json page = json::object();
  page["workspaces"] = json::array();
  for (const json& row : rows) page["workspaces"].push_back(row);
  page["count"] = rows.size();
  return page;
}

DecodeResult<WorkspaceRows> decode(const json& page) {
  std::string body = page.dump();
  return WorkspaceDecoder().page(body);
}

LiveWorkspace decode_row(const json& row) {
  std::string body = row.dump();
  const auto decoded = WorkspaceDecoder().workspace(body);
  EXPECT_TRUE(decoded) << decoded.error().message;
  return decoded ? *decoded : LiveWorkspace();
}

/// What a time or null says.
Instant instant(const json& value) {
  if (value.is_null()) return {};
  const auto at = text::parse_timestamp(value.get<std::string>());
  EXPECT_TRUE(at) << value;
  return at ? Instant(*at) : Instant();
}

std::string refusal(const json& page) {
  const auto decoded = decode(page);
  return decoded ? "accepted" : decoded.error().message;
}

// A fleet's rows are in memory all at once: what tells of their future may cost 60 bytes each, beside the 344
// of what is compared.
static_assert(sizeof(LiveWorkspace) <= 344 + 60);

class RecordedPage : public ::testing::TestWithParam<const char*> {};

/// What nlohmann's DOM says of the same bytes, key by key.
TEST_P(RecordedPage, ReadsAsItsDomSays) {
  for (const char* name : {"list/page-1", "list/page-2", "list/owner", "list/ids", "list/as-member"}) {
    const json page = recorded_body(GetParam(), name);
    const auto decoded = decode(page);
    ASSERT_TRUE(decoded) << name << ": " << decoded.error().message;
    EXPECT_EQ(decoded->count, page["count"].get<std::uint64_t>());
    ASSERT_EQ(decoded->rows.size(), page["workspaces"].size());
    for (std::size_t i = 0; i < decoded->rows.size(); ++i) {
      const json& want = page["workspaces"][i];
      const LiveWorkspace& row = decoded->rows[i];
      EXPECT_EQ(row.id.to_string(), want["id"]);
      EXPECT_EQ(row.owner_id.to_string(), want["owner_id"]);
      EXPECT_EQ(row.organization_id.to_string(), want["organization_id"]);
      EXPECT_EQ(row.template_id.to_string(), want["template_id"]);
      EXPECT_EQ(row.name, want["name"]);
      EXPECT_EQ(row.owner_name, want["owner_name"]);
      EXPECT_EQ(row.template_name, want["template_name"]);
      EXPECT_EQ(row.autostart_schedule, want.value("autostart_schedule", ""));
      EXPECT_EQ(row.ttl ? row.ttl->count() : 0, want.value("ttl_ms", 0));
      EXPECT_EQ(row.automatic_updates == LiveAutomaticUpdates::always, want["automatic_updates"] == "always");
      EXPECT_EQ(row.dormant, !want["dormant_at"].is_null());
      EXPECT_EQ(row.dormant_since, instant(want["dormant_at"]));
      EXPECT_EQ(row.deleting, instant(want["deleting_at"]));
      EXPECT_EQ(row.next_start, instant(want["next_start_at"]));
      EXPECT_EQ(row.tells_next_start, want.contains("next_start_at"));
      EXPECT_EQ(row.last_used, instant(want["last_used_at"]));
      EXPECT_EQ(row.active_version.to_string(), want["template_active_version_id"]);
      EXPECT_EQ(row.requires_active_version, want["template_require_active_version"]);
      EXPECT_EQ(row.outdated, want["outdated"]);
      EXPECT_EQ(row.allows_renames, want["allow_renames"]);
      EXPECT_EQ(row.favorite, want["favorite"]);
      const json& build = want["latest_build"];
      EXPECT_EQ(row.build.created, instant(build["created_at"]));
      EXPECT_EQ(row.build.completed, instant(build["job"].value("completed_at", json())));
      EXPECT_EQ(row.build.deadline, instant(build["deadline"]));
      EXPECT_EQ(row.build.max_deadline, instant(build["max_deadline"]));
      EXPECT_EQ(row.build.reason, BuildReason::initiator) << build["reason"];
      EXPECT_EQ(row.build.id.to_string(), build["id"]);
      EXPECT_EQ(row.build.number, build["build_number"].get<std::uint32_t>());
      EXPECT_EQ(row.build.version.to_string(), build["template_version_id"]);
      EXPECT_EQ(row.build.version_name, build["template_version_name"]);
      EXPECT_EQ(row.build.initiator.to_string(), build["initiator_id"]);
      EXPECT_EQ(row.build.status == BuildStatus::running, build["status"] == "running");
      EXPECT_EQ(row.build.transition == Transition::start, build["transition"] == "start");
      EXPECT_EQ(row.build.error, build["job"].value("error", ""));
      EXPECT_TRUE(row.build.has_provisioner);
    }
  }
}

TEST_P(RecordedPage, RepliesToWritesReadAlike) {
  for (const char* name :
       {"create/full", "create/minimal", "dormant/true-while-running", "read/by-id", "read/by-name"}) {
    const json body = recorded_body(GetParam(), name);
    const LiveWorkspace row = decode_row(body);
    EXPECT_EQ(row.id.to_string(), body["id"]) << name;
    EXPECT_EQ(row.name, body["name"]) << name;
  }
  std::string body = recorded_body(GetParam(), "builds/stop").dump();
  const auto build = WorkspaceDecoder().build(body);
  ASSERT_TRUE(build) << build.error().message;
  EXPECT_EQ(build->transition, Transition::stop);
  EXPECT_EQ(build->status, BuildStatus::pending);
}

TEST_P(RecordedPage, BeyondTheEndIsEmptyButCounted) {
  const auto decoded = decode(recorded_body(GetParam(), "list/beyond-end"));
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(decoded->rows.empty());
  EXPECT_GT(decoded->count, 0U);
}

INSTANTIATE_TEST_SUITE_P(Ages, RecordedPage, ::testing::ValuesIn(testing::kAges), testing::age_name);

TEST(ListPage, KeysMayComeInAnyOrder) {
  const std::string compact = a_row().dump();
  // nlohmann sorts keys; the recorded order is another one, and this is a third.
  const json row = json::parse(compact);
  std::string reversed = "{";
  for (auto entry = row.rbegin(); entry != row.rend(); ++entry) {
    reversed += (reversed.size() > 1 ? "," : "") + json(entry.key()).dump() + ":" + entry.value().dump();
  }
  reversed += "}";
  const auto decoded = WorkspaceDecoder().workspace(reversed);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(*decoded, decode_row(row));
  std::string count_first = R"({"count":1,"workspaces":[)" + compact + "]}";
  ASSERT_TRUE(WorkspaceDecoder().page(count_first));
}

TEST(ListPage, WhiteSpaceChangesNothing) {
  std::string body = a_page({a_row()}).dump(4);
  const auto decoded = WorkspaceDecoder().page(body);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->rows.at(0), decode_row(a_row()));
}

TEST(ListPage, UnknownKeysAndKeysThatOnlyStartAlikeArePassedOver) {
  json row = a_row();
  row["id_of_something"] = 7;
  row["names"] = json::array();
  row["latest_build"]["status_text"] = nullptr;
  row["latest_build"]["job"]["errors"] = json::object();
  row["zzz"] = {{"id", "nested"}, {"list", {1, 2, {{"id", 3}}}}};
  EXPECT_EQ(decode_row(row), decode_row(a_row()));
}

TEST(ListPage, UnknownEnumValuesAreUnknown) {
  json row = a_row();
  row["automatic_updates"] = "sometimes";
  row["latest_build"]["status"] = "hibernating";
  row["latest_build"]["transition"] = "migrate";
  const LiveWorkspace decoded = decode_row(row);
  EXPECT_EQ(decoded.automatic_updates, LiveAutomaticUpdates::unknown);
  EXPECT_EQ(decoded.build.status, BuildStatus::unknown);
  EXPECT_EQ(decoded.build.transition, Transition::unknown);
}

TEST(ListPage, EveryBuildStatusIsKnown) {
  const std::pair<const char*, BuildStatus> statuses[] = {
      {"pending", BuildStatus::pending},     {"starting", BuildStatus::starting},
      {"running", BuildStatus::running},     {"stopping", BuildStatus::stopping},
      {"stopped", BuildStatus::stopped},     {"deleting", BuildStatus::deleting},
      {"deleted", BuildStatus::deleted},     {"failed", BuildStatus::failed},
      {"canceling", BuildStatus::canceling}, {"canceled", BuildStatus::canceled}};
  for (const auto& [text, status] : statuses) {
    json row = a_row();
    row["latest_build"]["status"] = text;
    EXPECT_EQ(decode_row(row).build.status, status) << text;
  }
}

struct TtlCase {
  json value;
  std::optional<std::chrono::milliseconds> want;
};

TEST(ListPage, TtlZeroAndNullAndAbsentAreNone) {
  for (const TtlCase& c : {TtlCase{0, {}}, TtlCase{nullptr, {}}, TtlCase{28'800'000, 8h}, TtlCase{1, 1ms}}) {
    json row = a_row();
    row["ttl_ms"] = c.value;
    EXPECT_EQ(decode_row(row).ttl, c.want) << c.value;
  }
  json row = a_row();
  row.erase("ttl_ms");
  EXPECT_EQ(decode_row(row).ttl, std::nullopt);
}

TEST(ListPage, DormantIsATimeThatIsSet) {
  json row = a_row();
  row["dormant_at"] = "2026-11-24T13:27:00.638178Z";
  EXPECT_TRUE(decode_row(row).dormant);
  row["dormant_at"] = "0001-01-01T00:00:00Z";
  EXPECT_FALSE(decode_row(row).dormant);
  row["dormant_at"] = nullptr;
  EXPECT_FALSE(decode_row(row).dormant);
}

TEST(ListPage, PrebuildsAndTasksAreMarked) {
  json row = a_row();
  EXPECT_FALSE(decode_row(row).prebuild);
  EXPECT_FALSE(decode_row(row).task);
  row["is_prebuild"] = true;
  row["task_id"] = "f7a5e87b-29fc-4554-afc8-484dc892ba0b";
  EXPECT_TRUE(decode_row(row).prebuild);
  EXPECT_TRUE(decode_row(row).task);
  // Coder 2.22 to 2.24: known by the owner alone.
  json older = a_row();
  older.erase("is_prebuild");
  older.erase("task_id");
  older["owner_id"] = "C42FDF75-3097-471c-8c33-fb52454d81c0";
  EXPECT_TRUE(decode_row(older).prebuild);
  EXPECT_FALSE(decode_row(older).task);
}

TEST(ListPage, ProvisionersAreMissingOnlyWhileTheJobIsPending) {
  json row = a_row();
  row["latest_build"]["matched_provisioners"] = {{"count", 0}, {"available", 0}};
  row["latest_build"]["status"] = "pending";
  EXPECT_FALSE(decode_row(row).build.has_provisioner);
  row["latest_build"]["status"] = "running";
  EXPECT_TRUE(decode_row(row).build.has_provisioner);
  row["latest_build"]["status"] = "pending";
  row["latest_build"]["matched_provisioners"] = nullptr;
  EXPECT_TRUE(decode_row(row).build.has_provisioner);
}

TEST(ListPage, HowManyProvisionersThereAreIsToldOfPendingBuildsAlone) {
  json row = a_row();
  const auto told = [&row](const char* status, const json& provisioners) {
    row["latest_build"]["status"] = status;
    row["latest_build"]["matched_provisioners"] = provisioners;
    return decode_row(row).build.provisioners;
  };
  EXPECT_EQ(told("pending", {{"count", 3}, {"available", 1}}), 1) << "the others were not heard of for long";
  EXPECT_EQ(told("pending", {{"count", 3}}), 3);
  EXPECT_EQ(told("pending", {{"count", 1'000'000}}), 65'535) << "as many as anybody needs to know";
  EXPECT_EQ(told("pending", {{"count", 0}}), 0);
  EXPECT_EQ(told("pending", nullptr), 0);
  EXPECT_EQ(told("running", {{"count", 3}}), 0);
}

TEST(ListPage, ABuildsErrorIsKeptUpToABound) {
  json row = a_row();
  row["latest_build"]["job"]["error"] = "terraform: \"x\"\n" + std::string(100000, 'y');
  const std::string error = decode_row(row).build.error;
  EXPECT_EQ(error.rfind("terraform: \"x\"\n", 0), 0U);
  EXPECT_LT(error.size(), 3000U);
  // Terraform draws its box with characters of three bytes each.
  for (int shift = 0; shift < 3; ++shift) {
    std::string text(static_cast<std::size_t>(shift), 'x');
    for (int i = 0; i < 1000; ++i) text += "\u2577";
    row["latest_build"]["job"]["error"] = text;
    const std::string kept = decode_row(row).build.error;
    EXPECT_NO_THROW((void)json(kept).dump()) << "cut inside of a character";
  }
  row["latest_build"]["job"]["error"] = nullptr;
  EXPECT_EQ(decode_row(row).build.error, "");
}

TEST(ListPage, EscapedTextIsUnescaped) {
  json row = a_row();
  row["autostart_schedule"] = "CRON_TZ=Europe/Berlin 0 9 * * 1-5";
  std::string body = row.dump();
  body.replace(body.find("Europe/"), 7, "\\u0045urope\\/");
  const auto decoded = WorkspaceDecoder().workspace(body);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->autostart_schedule, "CRON_TZ=Europe/Berlin 0 9 * * 1-5");
}

TEST(ListPage, AMissingKeyIsNamedWithItsRow) {
  for (const char* key : {"id", "owner_id", "organization_id", "template_id", "name", "owner_name",
                          "template_name", "automatic_updates", "dormant_at", "latest_build"}) {
    json bad = a_row();
    bad.erase(key);
    EXPECT_EQ(refusal(a_page({a_row(), bad})), "\"workspaces[1]." + std::string(key) + "\" is missing");
  }
  for (const char* key : {"id", "build_number", "transition", "status", "initiator_id", "template_version_id",
                          "job", "template_version_name"}) {
    json bad = a_row();
    bad["latest_build"].erase(key);
    EXPECT_EQ(refusal(a_page({bad})), "\"workspaces[0].latest_build." + std::string(key) + "\" is missing");
  }
}

TEST(ListPage, AMistypedKeyIsNamedWithWhatItShouldBe) {
  const auto with = [](const char* key, json value) {
    json row = a_row();
    row[key] = std::move(value);
    return refusal(a_page({row}));
  };
  EXPECT_EQ(with("id", 7), "\"workspaces[0].id\" is not a UUID");
  EXPECT_EQ(with("id", "dev"), "\"workspaces[0].id\" is not a UUID");
  EXPECT_EQ(with("id", std::string(36, 'x')), "\"workspaces[0].id\" is not a UUID");
  EXPECT_EQ(with("id", a_row()["id"].get<std::string>() + "0"), "\"workspaces[0].id\" is not a UUID");
  EXPECT_EQ(with("name", nullptr), "\"workspaces[0].name\" is not a string");
  EXPECT_EQ(with("ttl_ms", "8h"), "\"workspaces[0].ttl_ms\" is not a whole number");
  EXPECT_EQ(with("ttl_ms", 1.5), "\"workspaces[0].ttl_ms\" is not a whole number");
  EXPECT_EQ(with("automatic_updates", 7), "\"workspaces[0].automatic_updates\" is not a string");
  for (const char* key : {"dormant_at", "deleting_at", "next_start_at", "last_used_at"}) {
    for (const json& wrong :
         {json("soon"), json(7), json("2026-11-24"), json("2026-13-01T00:00:00Z"), json("")}) {
      EXPECT_EQ(with(key, wrong), std::string("\"workspaces[0].") + key + "\" is not a time or null")
          << wrong;
    }
  }
  for (const char* key : {"outdated", "favorite", "allow_renames", "template_require_active_version"}) {
    EXPECT_EQ(with(key, "yes"), std::string("\"workspaces[0].") + key + "\" is not true or false");
  }
  EXPECT_EQ(with("dormant_at", true), "\"workspaces[0].dormant_at\" is not a time or null");
  EXPECT_EQ(with("is_prebuild", "no"), "\"workspaces[0].is_prebuild\" is not true or false");
  EXPECT_EQ(with("latest_build", json::array()), "\"workspaces[0].latest_build\" is not an object");
  json row = a_row();
  row["latest_build"]["job"]["error"] = 7;
  EXPECT_EQ(refusal(a_page({row})), "\"workspaces[0].latest_build.job.error\" is not a string");
  row = a_row();
  row["latest_build"]["build_number"] = -1;
  EXPECT_EQ(refusal(a_page({row})), "\"workspaces[0].latest_build.build_number\" is not a whole number");
}

TEST(ListPage, ThePageItselfMustBeWhole) {
  json page = a_page({a_row()});
  page.erase("count");
  EXPECT_EQ(refusal(page), "\"count\" is missing");
  page = a_page({a_row()});
  page.erase("workspaces");
  EXPECT_EQ(refusal(page), "\"workspaces\" is missing");
  page["workspaces"] = "none";
  EXPECT_EQ(refusal(page), "\"workspaces\" is not an array");
  page["workspaces"] = {7};
  EXPECT_EQ(refusal(page), "\"workspaces[0]\" is not an object");
  // Go writes a list without entries as null in places.
  page["workspaces"] = nullptr;
  EXPECT_EQ(refusal(page), "accepted");
}

TEST(ListPage, BrokenJsonIsRefusedWhereverItBreaks) {
  const std::string whole = a_page({a_row()}).dump();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    std::string cut = whole.substr(0, length);
    EXPECT_FALSE(WorkspaceDecoder().page(cut)) << "accepted after " << length << " bytes";
  }
  for (const std::string& text :
       {std::string("[]"), std::string("null"), std::string("7"), whole + "x", whole + "{}", whole + whole,
        std::string("{\"count\":1,}"), std::string("{\"workspaces\":[],\"count\":01}")}) {
    std::string body = text;
    EXPECT_FALSE(WorkspaceDecoder().page(body)) << text.substr(0, 40);
  }
}

TEST(ListPage, BadUtf8IsRefused) {
  std::string body = a_page({a_row()}).dump();
  body.replace(body.find("\"name\":\"") + 8, 1, "\xFF");
  EXPECT_FALSE(WorkspaceDecoder().page(body));
}

TEST(ListPage, OneDecoderReadsManyBodiesAfterAnErrorToo) {
  WorkspaceDecoder decoder;
  std::string good = a_page({a_row(), a_row()}).dump();
  std::string bad = good.substr(0, good.size() / 2);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(decoder.page(good));
    EXPECT_FALSE(decoder.page(bad));
  }
  EXPECT_EQ(decoder.page(good)->rows.size(), 2U);
}

TEST(ListPage, ABodyWithSpareCapacityIsNotCopied) {
  std::string body = a_page({a_row()}).dump();
  body.reserve(body.size() + kBodyPadding);
  const char* before = body.data();
  ASSERT_TRUE(WorkspaceDecoder().page(body));
  EXPECT_EQ(body.data(), before);
}

}  // namespace
}  // namespace cr::coder
