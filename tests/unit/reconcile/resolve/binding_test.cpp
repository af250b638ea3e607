#include "reconcile/resolve/binding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/unit/reconcile/decision_builders.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;
using coder::ApiError;
using coder::ApiFault;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A small Coder that answers questions from tables and counts them.
class World {
 public:
  World() {
    users["alice"] = {a_user_id(1), "Alice", coder::UserStatus::active};
    users["sue"] = {a_user_id(2), "sue", coder::UserStatus::suspended};
    users["dora"] = {a_user_id(3), "dora", coder::UserStatus::dormant};
    organizations = {{an_id<OrganizationId>(1), "coder", true}, {an_id<OrganizationId>(2), "lab", false}};
    templates = {a_template()};
    add_template(2, 2, "shared").organization_name = "lab";
    add_template(3, 1, "shared");
    coder::Template& old = add_template(4, 1, "old");
    old.deprecated = true;
    old.deprecation_message = "use docker";
    versions = {{an_id<VersionId>(1), an_id<TemplateId>(1), "v1", false},
                {an_id<VersionId>(2), an_id<TemplateId>(1), "v0", true},
                {an_id<VersionId>(3), an_id<TemplateId>(3), "other", false}};
    parameters[an_id<VersionId>(1)] = {{"region", false, false}, {"cpu", false, false}};
  }

  coder::Template& add_template(std::uint32_t id, std::uint32_t organization, std::string name) {
    coder::Template one = a_template();
    one.id = an_id<TemplateId>(id);
    one.organization_id = an_id<OrganizationId>(organization);
    one.name = std::move(name);
    templates.push_back(one);
    return templates.back();
  }

  /// Asks until nothing is left; the answers.
  Answers& resolve(const std::vector<specs::SpecPtr>& specs) {
    for (rounds = 0;; ++rounds) {
      const std::vector<Question> questions = next_questions(specs, answers);
      if (questions.empty()) return answers;
      for (const Question& question : questions) {
        EXPECT_TRUE(asked.insert(question).second) << "asked twice";
        std::visit([this](const auto& one) { answers.put(one, answer(one)); }, question);
      }
      if (rounds > 10) {
        ADD_FAILURE() << "never ends";
        return answers;
      }
    }
  }
  Binding bind_one(const SpecBuilder& spec) {
    const specs::SpecPtr shared = spec.share();
    return bind(*shared, resolve({shared}));
  }

  std::map<std::string, coder::User> users;
  std::vector<coder::Organization> organizations;
  std::vector<coder::Template> templates;
  std::vector<coder::TemplateVersion> versions;
  std::map<VersionId, std::vector<coder::RichParameter>> parameters;
  std::vector<coder::Preset> presets;
  bool no_presets = false;                     ///< a Coder that has none at all
  std::vector<std::string> names_with_values;  ///< of dynamic parameters
  std::optional<ApiError> cannot_tell_names;
  std::set<coder::Access> denied;
  std::optional<ApiError> failure;  ///< of every look-up of templates
  bool gone = false;                ///< every user has been deleted
  bool no_parameters = false;       ///< the version has been deleted meanwhile
  bool names_are_prefixes = false;  ///< a template is also found by the beginning of its name
  Answers answers;
  std::set<Question> asked;
  int rounds = 0;

 private:
  static ApiError not_found() { return {ApiFault::not_found, "Resource not found"}; }

  coder::ApiResult<coder::User> answer(const AskUser& ask) const {
    const auto found = users.find(ask.name_or_id);
    if (gone) return ApiError(ApiFault::gone, "Resource was deleted");
    if (found != users.end()) return found->second;
    for (const auto& [name, user] : users) {
      if (user.id.to_string() == ask.name_or_id) return user;
    }
    return not_found();
  }
  coder::ApiResult<std::vector<coder::Organization>> answer(const AskOrganizations&) const {
    return organizations;
  }
  coder::ApiResult<std::vector<coder::Template>> answer(const AskTemplatesNamed& ask) const {
    if (failure) return *failure;
    std::vector<coder::Template> named;
    for (const auto& one : templates) {
      if (one.name == ask.name || (names_are_prefixes && one.name.starts_with(ask.name)))
        named.push_back(one);
    }
    return named;
  }
  coder::ApiResult<coder::Template> answer(const AskTemplate& ask) const {
    for (const auto& one : templates) {
      if (one.id == ask.id) return one;
    }
    return not_found();
  }
  coder::ApiResult<coder::TemplateVersion> answer(const AskVersionNamed& ask) const {
    for (const auto& one : versions) {
      if (one.template_id == ask.template_id && one.name == ask.name) return one;
    }
    return not_found();
  }
  coder::ApiResult<coder::TemplateVersion> answer(const AskVersion& ask) const {
    for (const auto& one : versions) {
      if (one.id == ask.id) return one;
    }
    return not_found();
  }
  coder::ApiResult<std::vector<std::string>> answer(const AskParametersFor& ask) const {
    EXPECT_EQ(ask.owner, a_user_id(1));
    if (cannot_tell_names) return *cannot_tell_names;
    return names_with_values;
  }
  coder::ApiResult<std::vector<coder::RichParameter>> answer(const AskRichParameters& ask) const {
    if (no_parameters) return not_found();
    const auto found = parameters.find(ask.version);
    return found == parameters.end() ? std::vector<coder::RichParameter>{} : found->second;
  }
  coder::ApiResult<std::vector<coder::Preset>> answer(const AskPresets&) const {
    if (no_presets) return not_found();
    return presets;
  }
  coder::ApiResult<bool> answer(const AskAccess& ask) const { return !denied.contains(ask.question.action); }
};

TEST(Bind, TurnsNamesIntoIds) {
  World world;
  const Binding bound = world.bind_one(a_spec().version("v1").parameter("cpu", "4"));
  ASSERT_TRUE(bound) << bound.error().message;
  coder::CreateRequest request;
  request.owner = a_user_id(1);
  request.name = "dev";
  request.template_id = an_id<TemplateId>(1);
  request.version = an_id<VersionId>(1);
  request.parameters = {{"cpu", "4"}};
  EXPECT_EQ(bound->request, request);
  EXPECT_EQ(bound->owner_name, "Alice");
  EXPECT_EQ(bound->template_name, "docker");
  EXPECT_EQ(bound->organization_name, "coder");
  EXPECT_FALSE(bound->built_on.empty());
}

TEST(Bind, SuggestsWhatIsKnownFromOthers) {
  World world;
  const specs::SpecPtr good = a_spec().share();
  const specs::SpecPtr owner = a_spec("alcie").share();
  const specs::SpecPtr chosen = a_spec().template_ref("dokcer").share();
  const Answers& answers = world.resolve({good, owner, chosen});
  EXPECT_THAT(bind(*owner, answers).error().message, HasSubstr("did you mean \"alice\"?"));
  EXPECT_THAT(bind(*chosen, answers).error().message, HasSubstr("did you mean \"docker\"?"));
  // Nothing is asked for a guess.
  World alone;
  EXPECT_THAT(bind(*chosen, alone.resolve({chosen})).error().message,
              ::testing::Not(HasSubstr("did you mean")));
}

TEST(Bind, WithoutAVersionTheActiveOneIsLeftToCoder) {
  World world;
  const Binding bound = world.bind_one(a_spec());
  ASSERT_TRUE(bound);
  EXPECT_EQ(bound->request.version, std::nullopt);
}

TEST(Bind, TakesUuidsForAllNames) {
  World world;
  const Binding bound = world.bind_one(SpecBuilder(a_user_id(1).to_string(), "dev")
                                           .template_ref(an_id<TemplateId>(2).to_string())
                                           .organization(an_id<OrganizationId>(2).to_string()));
  ASSERT_TRUE(bound) << bound.error().message;
  EXPECT_EQ(bound->request.template_id, an_id<TemplateId>(2));
}

TEST(Bind, AnOrganizationTellsTemplatesOfOneNameApart) {
  World world;
  const Binding bound = world.bind_one(a_spec().template_ref("Shared").organization("LAB"));
  ASSERT_TRUE(bound) << bound.error().message;
  EXPECT_EQ(bound->request.template_id, an_id<TemplateId>(2));
}

TEST(Bind, DefaultIsTheOrganizationThatIsMarkedSo) {
  World world;
  const Binding bound = world.bind_one(a_spec().template_ref("shared").organization("default"));
  ASSERT_TRUE(bound) << bound.error().message;
  EXPECT_EQ(bound->request.template_id, an_id<TemplateId>(3));
}

TEST(Bind, AnOwnerWhoWasNotSeenForLongCanStillBeGivenAWorkspace) {
  World world;
  EXPECT_TRUE(world.bind_one(a_spec("dora")));
}

struct Refusal {
  std::string name;
  SpecBuilder spec;
  Reason reason;
  std::string says;
  void (*change)(World&) = nullptr;
};

class RefusalTable : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusalTable, IsFoundBeforeTheCreate) {
  World world;
  if (GetParam().change) GetParam().change(world);
  const Binding bound = world.bind_one(GetParam().spec);
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().reason, GetParam().reason) << bound.error().message;
  EXPECT_THAT(bound.error().message, HasSubstr(GetParam().says));
  // Forgetting what it was built on makes the next cycle ask again, so that a remedy is seen.
  EXPECT_FALSE(bound.error().built_on.empty());
  world.answers.forget(bound.error().built_on);
  EXPECT_FALSE(next_questions(std::vector{GetParam().spec.share()}, world.answers).empty());
}

INSTANTIATE_TEST_SUITE_P(
    Bind, RefusalTable,
    ::testing::Values(
        Refusal{"UnknownOwner", a_spec("nobody"), Reason::OwnerNotFound, "user nobody not found"},
        Refusal{"DeletedOwner", a_spec(), Reason::OwnerNotFound, "user alice not found",
                [](World& world) { world.gone = true; }},
        Refusal{"SuspendedOwner", a_spec("sue"), Reason::OwnerSuspended, "suspended"},
        Refusal{"UnknownOrganization", a_spec().organization("codr"), Reason::OrganizationNotFound,
                "did you mean \"coder\"?"},
        Refusal{"UnknownOrganizationThatIsLikeNone", a_spec().organization("xyzzy"),
                Reason::OrganizationNotFound, "the token cannot see it; correct spec.organization"},
        Refusal{"NoOrganizationIsMarkedAsDefault", a_spec().organization("default"),
                Reason::OrganizationNotFound, "organization default not found",
                [](World& world) { world.organizations[0].is_default = false; }},
        Refusal{"UnknownTemplate", a_spec().template_ref("dokcer"), Reason::TemplateNotFound,
                "template dokcer not found"},
        Refusal{"UnknownTemplateId", a_spec().template_ref(an_id<TemplateId>(99).to_string()),
                Reason::TemplateNotFound, "template 00000000-0000-4000-8000-000000000063 not found"},
        Refusal{"TemplateOfAnotherOrganization", a_spec().organization("lab"), Reason::TemplateNotFound,
                "template docker not found in organization lab"},
        Refusal{"TemplateIdOfAnotherOrganization",
                a_spec().template_ref(an_id<TemplateId>(1).to_string()).organization("lab"),
                Reason::TemplateNotFound, "is in organization coder, not in lab"},
        Refusal{"TemplateInTwoOrganizations", a_spec().template_ref("shared"), Reason::TemplateAmbiguous,
                "coder, lab"},
        Refusal{"DeprecatedTemplate", a_spec().template_ref("old"), Reason::TemplateDeprecated, "use docker"},
        Refusal{"DeprecatedTemplateThatNamesNoOther", a_spec().template_ref("old"),
                Reason::TemplateDeprecated, "template old is deprecated; declare another template",
                [](World& world) { world.templates.back().deprecation_message.clear(); }},
        Refusal{"UnknownVersion", a_spec().version("v9"), Reason::VersionNotFound, "no version v9"},
        Refusal{"VersionNamesMindCase", a_spec().version("V1"), Reason::VersionNotFound, "case-sensitive"},
        Refusal{"ArchivedVersion", a_spec().version("v0"), Reason::VersionNotFound, "archived"},
        Refusal{"VersionOfAnotherTemplate", a_spec().version(an_id<VersionId>(3).to_string()),
                Reason::VersionNotFound, "another template"},
        Refusal{"AnActiveVersionThatIsGone", a_spec(), Reason::VersionNotFound,
                "parameters of version 00000000-0000-4000-8000-000000000001 of template docker",
                [](World& world) { world.no_parameters = true; }},
        Refusal{"AVersionThatIsGone", a_spec().version("v1"), Reason::VersionNotFound,
                "parameters of version v1 of template docker",
                [](World& world) { world.no_parameters = true; }},
        Refusal{"UnknownParameter", a_spec().parameter("regoin", "eu"), Reason::ParametersRejected,
                "unknown parameter regoin, did you mean \"region\"?"},
        Refusal{"RequiredParameterMissing", a_spec(), Reason::ParametersRejected,
                "missing required parameter size",
                [](World& world) {
                  world.parameters[an_id<VersionId>(1)].push_back({"size", true, false});
                }},
        Refusal{"TokenMayNotCreate", a_spec(), Reason::Forbidden, "not allowed to create",
                [](World& world) { world.denied = {coder::Access::create}; }},
        Refusal{"TokenMayNotReadAndSoSeesAnEmptyFleet", a_spec(), Reason::Forbidden, "not allowed to see",
                [](World& world) { world.denied = {coder::Access::read}; }},
        Refusal{"TheFirstRightThatIsMissingIsNamed", a_spec(), Reason::Forbidden, "not allowed to see",
                [](World& world) {
                  world.denied = {coder::Access::read, coder::Access::create};
                }},
        Refusal{"ALookUpThatFailedProvesNothing", a_spec(), Reason::NotRead, "database is down",
                [](World& world) { world.failure = ApiError(ApiFault::server, "database is down"); }},
        Refusal{"ALookUpWithoutAnAnswer", a_spec(), Reason::Unreachable, "refused",
                [](World& world) { world.failure = ApiError(ApiFault::unreachable, "refused"); }},
        Refusal{"ALookUpWithABadToken", a_spec(), Reason::Unauthorized, "signed out",
                [](World& world) { world.failure = ApiError(ApiFault::unauthorized, "signed out"); }}),
    [](const auto& test) { return test.param.name; });

TEST(Bind, ATemplateOfAnotherNameIsNotTheOneThatWasAskedFor) {
  World world;
  world.add_template(9, 1, "docker-gpu");
  world.names_are_prefixes = true;
  const Binding bound = world.bind_one(a_spec());
  ASSERT_TRUE(bound) << bound.error().message;
  EXPECT_EQ(bound->request.template_id, an_id<TemplateId>(1));
}

TEST(Bind, ATemplateByUuidNeedsNoOrganization) {
  World world;
  const Binding bound = world.bind_one(a_spec().template_ref(an_id<TemplateId>(2).to_string()));
  ASSERT_TRUE(bound) << bound.error().message;
  EXPECT_EQ(bound->organization_name, "lab");
}

TEST(Bind, ARequiredParameterThatIsGivenIsNoProblem) {
  World world;
  world.parameters[an_id<VersionId>(1)].push_back({"size", true, false});
  EXPECT_TRUE(world.bind_one(a_spec().parameter("size", "4")));
}

// The first few are enough, since a near match is looked for once for each spec that fails.
TEST(Bind, ANearMatchIsLookedForAmongAFewHundredNamesAlone) {
  const auto message_beside = [](int others) {
    Answers answers;
    answers.put(AskUser{"zacharias"}, coder::User{a_user_id(1), "zacharias", coder::UserStatus::active});
    for (int i = 0; i < others; ++i) {
      const std::string name = "a" + std::to_string(i);
      answers.put(AskUser{name}, coder::User{a_user_id(2), name, coder::UserStatus::active});
    }
    answers.put(AskUser{"zachariaz"}, ApiError(ApiFault::not_found, "Resource not found"));
    return bind(a_spec("zachariaz"), answers).error().message;
  };
  EXPECT_THAT(message_beside(10), HasSubstr("did you mean \"zacharias\"?"));
  EXPECT_THAT(message_beside(1000), ::testing::Not(HasSubstr("did you mean")));
}

TEST(Bind, AllParameterProblemsAreNamedAtOnce) {
  World world;
  const Binding bound = world.bind_one(a_spec().parameter("gpu", "1").parameter("zzz", "1"));
  ASSERT_FALSE(bound);
  EXPECT_THAT(bound.error().message, HasSubstr("gpu"));
  EXPECT_THAT(bound.error().message, HasSubstr("zzz"));
}

/// A template whose parameters depend on each other.
class DynamicParameters : public ::testing::Test {
 protected:
  DynamicParameters() {
    world.templates[0].classic_parameters = false;
    world.parameters[an_id<VersionId>(1)].push_back({"size", true, false});
    world.names_with_values = {"region", "cpu", "gpu_model"};
  }
  [[nodiscard]] bool was_asked() const {
    return std::any_of(world.asked.begin(), world.asked.end(), [](const Question& question) {
      return std::holds_alternative<AskParametersFor>(question);
    });
  }
  World world;
};

TEST_F(DynamicParameters, ThatTheImportDidNotSeeAreAskedFor) {
  EXPECT_TRUE(world.bind_one(a_spec().parameter("region", "eu").parameter("gpu_model", "a100")));
  EXPECT_TRUE(was_asked());
}

TEST_F(DynamicParameters, ThatAreKnownFromTheImportCostNoQuestion) {
  EXPECT_TRUE(world.bind_one(a_spec().parameter("region", "eu")));
  EXPECT_FALSE(was_asked());
}

TEST_F(DynamicParameters, ThatThereAreNotWithTheseValuesAreRefused) {
  const Binding bound = world.bind_one(a_spec().parameter("regoin", "eu"));
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().reason, Reason::ParametersRejected);
  EXPECT_THAT(bound.error().message,
              HasSubstr("unknown parameter with these values: regoin, did you mean \"region\"?"));
}

TEST_F(DynamicParameters, AreLeftToACoderThatCannotTell) {
  world.cannot_tell_names = ApiError(ApiFault::contract, "Route not found.");
  EXPECT_TRUE(world.bind_one(a_spec().parameter("gpu_model", "a100")));
}

TEST_F(DynamicParameters, WaitForAnotherToken) {
  world.cannot_tell_names = ApiError(ApiFault::unauthorized, "signed out");
  const Binding bound = world.bind_one(a_spec().parameter("gpu_model", "a100"));
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().reason, Reason::Unauthorized);
}

TEST_F(DynamicParameters, WaitForACoderThatStumbles) {
  world.cannot_tell_names = ApiError(ApiFault::server, "oops");
  const Binding bound = world.bind_one(a_spec().parameter("gpu_model", "a100"));
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().reason, Reason::NotRead);
}

TEST(Bind, WithoutAnswersNothingIsKnown) {
  const Binding bound = bind(a_spec(), Answers{});
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().reason, Reason::NotRead);
}

TEST(Questions, AreAskedOnceHoweverManySpecsNameThem) {
  World world;
  std::vector<specs::SpecPtr> specs;
  for (int i = 0; i < 50; ++i) specs.push_back(a_spec("alice", "w" + std::to_string(i)).share());
  world.resolve(specs);
  // user, template, parameters, may read, may create
  EXPECT_EQ(world.asked.size(), 5U);
  EXPECT_LE(world.rounds, 4);
}

TEST(Questions, AreCachedFromCycleToCycle) {
  World world;
  const std::vector<specs::SpecPtr> specs{a_spec().share()};
  world.resolve(specs);
  EXPECT_THAT(next_questions(specs, world.answers), IsEmpty());
}

TEST(Questions, AreNotAskedWhereTheirAnswerCannotMatter) {
  World world;
  world.resolve({a_spec("nobody").version("v1").share()});
  for (const Question& question : world.asked) {
    EXPECT_FALSE(std::holds_alternative<AskVersionNamed>(question));
    EXPECT_FALSE(std::holds_alternative<AskAccess>(question));
  }
}

TEST(Questions, OfAnOwnerWhoIsKnownNotToExistAreNone) {
  World world;
  world.resolve({a_spec("nobody").share()});
  const Answers before = world.answers;
  EXPECT_THAT(next_questions(std::vector{a_spec("nobody").organization("coder").share()}, before), IsEmpty());
}

TEST(Questions, OfNoSpecsAreNone) {
  EXPECT_THAT(next_questions({}, Answers{}), IsEmpty());
}

TEST(Answers, ForgetFailuresKeepsWhatIsKnown) {
  Answers answers;
  answers.put(AskUser{"alice"}, coder::User{a_user_id(1), "alice", coder::UserStatus::active});
  answers.put(AskUser{"bob"}, ApiError(ApiFault::server, "down"));
  answers.forget_failures();
  EXPECT_NE(answers.find(AskUser{"alice"}), nullptr);
  EXPECT_EQ(answers.find(AskUser{"bob"}), nullptr);
  EXPECT_EQ(answers.size(), 1U);
}

TEST(Answers, KnowTheUsersThatWereLookedUp) {
  Answers answers;
  answers.put(AskUser{a_user_id(1).to_string()},
              coder::User{a_user_id(1), "Alice", coder::UserStatus::active});
  EXPECT_THAT(answers.known_users(),
              ::testing::ElementsAre(std::pair<std::string, UserId>("alice", a_user_id(1))));
}

TEST(Answers, KnowTheTemplatesThatWereLookedUpByNameOrIdEachOnce) {
  Answers answers;
  coder::Template another = a_template();
  another.name = "another";
  answers.put(AskTemplatesNamed{"docker"}, std::vector{a_template(), a_template()});
  answers.put(AskTemplatesNamed{"broken"}, ApiError(ApiFault::server, "down"));
  answers.put(AskTemplate{an_id<TemplateId>(1)}, another);
  answers.put(AskTemplate{an_id<TemplateId>(2)}, ApiError(ApiFault::not_found, "Resource not found"));
  EXPECT_THAT(answers.known_templates(), ::testing::ElementsAre("another", "docker"));
}

}  // namespace
}  // namespace cr::reconcile
