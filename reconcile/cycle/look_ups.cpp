#include "reconcile/cycle/look_ups.h"

#include <algorithm>
#include <set>
#include <utility>

#include "reconcile/async/structured.h"
#include "reconcile/cycle/absent.h"
#include "reconcile/cycle/follow.h"
#include "reconcile/diff/first_build.h"
#include "reconcile/fields/managed_field.h"
#include "specs/text/ascii.h"

namespace cr::reconcile {
namespace {

using async::awaitable;
using coder::ApiError;
using coder::ApiFault;
using coder::ApiResult;

constexpr std::size_t kAtATime = 4;
constexpr std::size_t kRightsARequest = 100;
constexpr std::size_t kTemplatesARequest = 150;
constexpr std::size_t kParametersACycle = 20;
constexpr std::size_t kFavoritesACycle = 100;
constexpr auto kFavoriteIsGoodFor = std::chrono::minutes(10);
// What is to be created rests on look-ups of its own cycle. Where they are many, on some that are not old.
constexpr std::size_t kAskedEachCycle = 20;
constexpr auto kAnswersAreGoodFor = std::chrono::minutes(5);

awaitable<ApiResult<coder::User>> send(coder::CoderReader& reader, const AskUser& question) {
  return reader.user(question.name_or_id);
}
awaitable<ApiResult<std::vector<coder::Organization>>> send(coder::CoderReader& reader,
                                                            const AskOrganizations&) {
  return reader.organizations();
}
awaitable<ApiResult<std::vector<coder::Template>>> send(coder::CoderReader& reader,
                                                        const AskTemplatesNamed& question) {
  return reader.templates_named(question.name);
}
awaitable<ApiResult<coder::Template>> send(coder::CoderReader& reader, const AskTemplate& question) {
  return reader.template_by_id(question.id);
}
awaitable<ApiResult<coder::TemplateVersion>> send(coder::CoderReader& reader,
                                                  const AskVersionNamed& question) {
  return reader.version_named(question.template_id, question.name);
}
awaitable<ApiResult<coder::TemplateVersion>> send(coder::CoderReader& reader, const AskVersion& question) {
  return reader.version_by_id(question.id);
}
awaitable<ApiResult<std::vector<coder::RichParameter>>> send(coder::CoderReader& reader,
                                                             const AskRichParameters& question) {
  return reader.rich_parameters(question.version);
}
awaitable<ApiResult<std::vector<coder::Preset>>> send(coder::CoderReader& reader,
                                                      const AskPresets& question) {
  return reader.presets(question.version);
}
awaitable<ApiResult<std::vector<std::string>>> send(coder::CoderReader& reader,
                                                    const AskParametersFor& question) {
  auto asking = reader.parameters_for(question.version, question.owner, question.values);
  auto parameters = co_await std::move(asking);
  if (!parameters) co_return parameters.error();
  std::vector<std::string> names;
  names.reserve(parameters->size());
  for (coder::RichParameter& one : *parameters) names.push_back(std::move(one.name));
  co_return names;
}

/// Rights of the token, asked in one request.
struct AskRights {
  std::vector<AskAccess> questions;
};

/// One round of questions.
class Asking {
 public:
  Asking(coder::CoderReader& reader, Answers& answers) : reader_(reader), answers_(answers) {}

  awaitable<void> run(std::vector<Question> questions) {
    std::vector<AskRights> rights = take_rights(questions);
    auto each = [this](Question& question) { return ask_one(question); };
    auto all = async::for_each_bounded(questions, kAtATime, each);
    co_await std::move(all);
    auto each_batch = [this](AskRights& batch) { return ask_rights(batch); };
    auto all_rights = async::for_each_bounded(rights, kAtATime, each_batch);
    co_await std::move(all_rights);
  }

 private:
  static std::vector<AskRights> take_rights(std::vector<Question>& questions) {
    std::vector<AskRights> batches;
    for (const Question& question : questions) {
      const auto* access = std::get_if<AskAccess>(&question);
      if (!access) continue;
      if (batches.empty() || batches.back().questions.size() == kRightsARequest) batches.emplace_back();
      batches.back().questions.push_back(*access);
    }
    std::erase_if(questions,
                  [](const Question& question) { return std::holds_alternative<AskAccess>(question); });
    return batches;
  }

  awaitable<void> ask_one(const Question& question) {
    return std::visit([this](const auto& one) { return answer(one); }, question);
  }

  template <class Q>
  awaitable<void> answer(const Q& question) {
    if (refused_) {
      answers_.put(question, *refused_);
      co_return;
    }
    auto call = send(reader_, question);
    auto reply = co_await std::move(call);
    if (!reply) judge(reply.error());
    answers_.put(question, std::move(reply));
  }
  awaitable<void> answer(const AskAccess& question) {
    AskRights single;
    single.questions.push_back(question);
    co_await ask_rights(single);
  }

  awaitable<void> ask_rights(const AskRights& batch) {
    std::vector<coder::AccessQuestion> wanted;
    wanted.reserve(batch.questions.size());
    for (const AskAccess& question : batch.questions) wanted.push_back(question.question);
    ApiResult<std::vector<bool>> reply = std::vector<bool>();
    if (refused_) {
      reply = *refused_;
    } else {
      reply = co_await reader_.check_access(wanted);
    }
    if (!reply) judge(reply.error());
    for (std::size_t i = 0; i < batch.questions.size(); ++i) {
      if (!reply) {
        answers_.put(batch.questions[i], reply.error());
      } else {
        answers_.put(batch.questions[i], i < reply->size() && (*reply)[i]);
      }
    }
  }

  void judge(const ApiError& error) {
    if (error.fault == ApiFault::unauthorized) refused_ = error;
  }

  coder::CoderReader& reader_;
  Answers& answers_;
  std::optional<ApiError> refused_;
};

bool needs_policy(const specs::WorkspaceSpec& spec) {
  return std::ranges::any_of(managed_fields(), [&](const ManagedField* field) {
    return depends_on_policy(*field) && spec.fields.find(field->key);
  });
}

/// Whoever rests was judged by what it was before.
void take_policy(CycleState& state, coder::Template policy) {
  LookUps& look_ups = state.memory.remembered.look_ups;
  look_ups.doubted_policies.erase(policy.id);
  const bool was_unreadable = look_ups.unreadable_policies.erase(policy.id) > 0;
  const auto [known, is_new] = look_ups.policies.try_emplace(policy.id);
  const bool differs = is_new ? was_unreadable : known->second != policy;
  if (differs && state.memory.feed) state.memory.feed->doubt(policy.id);
  known->second = std::move(policy);
}

/// Keeps what is in use, reads it anew where it may have changed; deprecated templates, which the list leaves
/// out, one by one: there are few.
awaitable<void> refresh_policies(CycleState& state) {
  LookUps& look_ups = state.memory.remembered.look_ups;
  coder::CoderReader& reader = state.memory.reader;
  std::set<TemplateId> used;
  for (const WorkspaceFacts& one : state.declared) {
    if (one.live && (needs_policy(*one.spec) || !one.live->autostart_schedule.empty()))
      used.insert(one.live->template_id);
  }
  if (state.some_rest())
    for (const auto& [id, policy] : look_ups.policies) used.insert(id);
  if (state.some_rest())
    used.insert(look_ups.unreadable_policies.begin(), look_ups.unreadable_policies.end());
  std::erase_if(look_ups.policies, [&](const auto& entry) { return !used.contains(entry.first); });
  std::erase_if(look_ups.doubted_policies, [&](const TemplateId& id) { return !used.contains(id); });
  std::erase_if(look_ups.unreadable_policies, [&](const TemplateId& id) { return !used.contains(id); });
  const auto in_doubt = templates_in_doubt(state);
  if (in_doubt) {
    std::erase_if(used, [&](const TemplateId& id) {
      const bool known = look_ups.policies.contains(id) || look_ups.unreadable_policies.contains(id);
      return known && !look_ups.doubted_policies.contains(id) && !in_doubt->contains(id);
    });
  }

  std::set<TemplateId> listed_ids;
  std::vector<TemplateId> batch;
  for (auto next = used.begin(); next != used.end();) {
    batch.clear();
    for (; next != used.end() && batch.size() < kTemplatesARequest; ++next) batch.push_back(*next);
    ApiResult<std::vector<coder::Template>> listed = co_await reader.templates_by_ids(batch);
    if (!listed) {
      state.policies_unread = listed.error();
      if (listed.error().fault == ApiFault::unauthorized) state.stopped_by = listed.error();
      co_return;
    }
    for (coder::Template& one : *listed) {
      listed_ids.insert(one.id);
      take_policy(state, std::move(one));
    }
  }
  for (const TemplateId& id : used) {
    if (listed_ids.contains(id)) continue;
    ApiResult<coder::Template> one = co_await reader.template_by_id(id);
    if (one) {
      take_policy(state, std::move(*one));
    } else if (one.error().fault == ApiFault::not_found) {
      // One that may not be read has no policy that we could know: the write itself will tell.
      look_ups.policies.erase(id);
      look_ups.doubted_policies.erase(id);
      look_ups.unreadable_policies.insert(id);
    } else {
      state.policies_unread = one.error();
      if (one.error().fault == ApiFault::unauthorized) state.stopped_by = one.error();
      if (coder::is_transient(one.error().fault)) co_return;
    }
  }
  if (!in_doubt) look_ups.policies_since = state.begun;
}

/// What somebody else has started is not stopped at once, and a favorite is its owner's.
bool differs_by_who_we_are(const WorkspaceFacts& one) {
  const specs::FieldValue* dormant = one.spec->fields.find(kDormant.key);
  const bool to_be_stopped = dormant && *dormant == specs::FieldValue(true) && !one.live->dormant;
  return to_be_stopped || one.spec->fields.find(kFavorite.key);
}

/// Builds that are ours are told from others' by who we are.
awaitable<void> ask_who_we_are_if_it_matters(CycleState& state) {
  // Rows of our own writes are known by whose token it is.
  const bool matters =
      state.memory.feed || std::ranges::any_of(state.declared, [](const WorkspaceFacts& one) {
        return one.live && (one.live->build.active() || one.live->build.ended_badly() ||
                            needs_me(*one.live) || differs_by_who_we_are(one));
      });
  if (matters) co_await ask_who_we_are(state);
}

awaitable<void> ask_when_the_token_expires(CycleState& state) {
  LookUps& look_ups = state.memory.remembered.look_ups;
  coder::CoderReader& reader = state.memory.reader;
  const std::chrono::nanoseconds every = look_ups.token.failed_in_passing ? kTryAgain : kAskAgain;
  if (!look_ups.token.due(state.begun, every)) co_return;
  look_ups.token.asked = state.begun;
  ApiResult<coder::TokenFacts> facts = co_await reader.token_facts();
  look_ups.token.failed_in_passing = !facts && coder::is_transient(facts.error().fault);
  if (facts) look_ups.token.value = std::move(*facts);
}

bool needs_parameters(const WorkspaceFacts& one) {
  return one.live && !one.spec->body->parameters.empty();
}

void forget_unused_parameters(CycleState& state) {
  std::vector<WorkspaceId> used;
  for (const WorkspaceFacts& one : state.declared) {
    if (needs_parameters(one)) used.push_back(one.live->id);
  }
  std::ranges::sort(used);
  std::erase_if(state.memory.remembered.look_ups.parameters,
                [&](const auto& entry) { return !std::ranges::binary_search(used, entry.first); });
}

/// Parameters are not in the list: one request a build, so a few a cycle.
awaitable<void> read_parameters(CycleState& state) {
  LookUps& look_ups = state.memory.remembered.look_ups;
  coder::CoderReader& reader = state.memory.reader;
  std::size_t known = 0;
  std::vector<const LiveWorkspace*> wanted;
  for (const WorkspaceFacts& one : state.declared) {
    if (!needs_parameters(one)) continue;
    if (look_ups.parameters_of(*one.live)) {
      ++known;
    } else if (wanted.size() < kParametersACycle) {
      wanted.push_back(one.live);
    }
  }
  if (known != look_ups.parameters.size() && !state.some_rest()) forget_unused_parameters(state);
  for (const LiveWorkspace* live : wanted) {
    ApiResult<BuildParameters> parameters = co_await reader.build_parameters(live->build.id);
    if (!parameters) co_return;  // informational only: the next cycle goes on
    look_ups.parameters.insert_or_assign(live->id,
                                         LookUps::KnownParameters{live->build.id, std::move(*parameters)});
  }
}

/// As its owner sees it; the token's user is held against the owner first. False: Coder does not answer.
awaitable<bool> ask_its_owner(coder::CoderReader& reader, const LiveWorkspace& live, KnownFavorite& known) {
  ApiResult<coder::Me> me = co_await reader.me();
  if (!me) {
    if (!coder::is_transient(me.error().fault))
      known.problem = "the owner's token does not work: " + me.error().to_string();
    co_return me.error().fault == ApiFault::unauthorized || !ends_reading(me.error());
  }
  known.problem.clear();
  if (me->user.id != live.owner_id) {
    known.problem = "the token in the owner's file is that of " + me->user.username;
    co_return true;
  }
  ApiResult<std::optional<LiveWorkspace>> row = co_await reader.workspace_by_id(live.id);
  if (row && *row) known.favorite.value = (*row)->favorite;
  co_return row || !ends_reading(row.error());
}

/// Only a workspace's owner sees whether it is a favorite: requests for each workspace, so some a cycle, of
/// those first that were asked about the longest time ago.
awaitable<void> ask_about_favorites(CycleState& state) {
  LookUps& look_ups = state.memory.remembered.look_ups;
  if (!state.memory.owners_reader) co_return;
  std::map<WorkspaceId, KnownFavorite> kept;
  std::vector<const LiveWorkspace*> due;
  for (const WorkspaceFacts& one : state.declared) {
    if (!one.live || !one.spec->fields.find(kFavorite.key) || look_ups.me.value == one.live->owner_id)
      continue;
    const auto before = look_ups.favorites.find(one.live->id);
    KnownFavorite& known = kept[one.live->id];
    if (before != look_ups.favorites.end()) known = before->second;
    if (known.favorite.due(state.begun, kFavoriteIsGoodFor)) due.push_back(one.live);
  }
  look_ups.favorites = std::move(kept);
  const auto asked = [&](const LiveWorkspace* live) { return look_ups.favorites[live->id].favorite.asked; };
  std::ranges::stable_sort(due, {}, asked);
  if (due.size() > kFavoritesACycle) due.resize(kFavoritesACycle);
  for (const LiveWorkspace* live : due) {
    coder::CoderReader* reader = state.memory.owners_reader->reader_of(live->owner_name);
    if (!reader) continue;
    KnownFavorite& known = look_ups.favorites[live->id];
    known.favorite.asked = state.begun;
    auto asking = ask_its_owner(*reader, *live, known);
    const bool answers = co_await std::move(asking);
    if (!answers) co_return;
  }
}

/// Absent workspaces that this cycle might create.
std::vector<specs::SpecPtr> to_be_bound(const CycleState& state) {
  const auto today = std::chrono::floor<std::chrono::seconds>(state.begun_wall);
  std::vector<specs::SpecPtr> absent;
  for (std::size_t i = 0; i < state.declared.size(); ++i) {
    const WorkspaceFacts& one = state.declared[i];
    const bool suspended = one.spec->body->suspension && specs::in_force(*one.spec->body->suspension, today);
    if (one.absent() && !one.decided->excluded && one.spec->body->policy.create && !suspended) {
      absent.push_back(state.spec_of(i));
    }
  }
  return absent;
}

awaitable<void> resolve_absent(CycleState& state) {
  LookUps& look_ups = state.memory.remembered.look_ups;
  coder::CoderReader& reader = state.memory.reader;
  const std::vector<specs::SpecPtr> absent = to_be_bound(state);
  if (absent.empty()) {
    look_ups.answers = Answers();  // what is created later starts from fresh look-ups
    co_return;
  }
  const bool anew = look_ups.answers.size() <= kAskedEachCycle ||
                    state.begun - look_ups.answers_since >= kAnswersAreGoodFor;
  if (anew) {
    look_ups.answers = Answers();
    look_ups.answers_since = state.begun;
  }
  look_ups.answers.forget_failures();
  for (;;) {
    std::vector<Question> questions = next_questions(absent, look_ups.answers);
    if (questions.empty()) break;
    co_await ask(reader, std::move(questions), look_ups.answers);
  }
  for (const specs::SpecPtr& spec : absent) {
    WorkspaceFacts& one = *state.find(specs::identity_of(*spec));
    Binding binding = bind(*spec, look_ups.answers);
    if (binding) {
      state.decided_of(one).bound = &state.bound.emplace_back(std::move(*binding));
    } else {
      state.decided_of(one).unbound = &state.unbound.emplace_back(binding.error());
    }
  }
}

/// One owner given by name here and by UUID there shows only when both are known.
void mark_duplicates(CycleState& state) {
  LookUps& look_ups = state.memory.remembered.look_ups;
  if (!state.memory.remembered.reads.any_owner_is_uuid()) {
    look_ups.owners.clear();
    return;
  }
  for (const WorkspaceFacts& one : state.declared) {
    if (one.live) look_ups.owners.insert_or_assign(text::lower(one.live->owner_name), one.live->owner_id);
  }
  for (const auto& [name, id] : look_ups.answers.known_users()) look_ups.owners.insert_or_assign(name, id);
  for (Duplicate& duplicate : find_duplicates(state.desired.specs, look_ups.owners)) {
    if (WorkspaceFacts* one = state.find(specs::identity_of(*duplicate.spec)))
      state.exclude(*one, {Reason::Rejected, std::move(duplicate.message)});
    else
      state.memory.resting.wake(*duplicate.spec);
  }
}

}  // namespace

awaitable<void> ask(coder::CoderReader& reader, std::vector<Question> questions, Answers& answers) {
  Asking asking(reader, answers);
  co_await asking.run(std::move(questions));
}

awaitable<void> ask_who_we_are(CycleState& state) {
  Remembered<UserId>& me = state.memory.remembered.look_ups.me;
  if (me.value && !me.due(state.begun, kAskAgain)) co_return;
  me.asked = state.begun;
  ApiResult<coder::Me> told = co_await state.memory.reader.me();
  if (!told) co_return;
  if (me.value != told->user.id) state.memory.resting.wake_all();
  me.value = told->user.id;
}

awaitable<void> look_up(CycleState& state) {
  mark_duplicates(state);
  state.users = state.memory.remembered.look_ups.answers.known_users();
  if (state.stopped_by) co_return;
  co_await look_at_absent(state);
  if (state.stopped_by) co_return;
  co_await refresh_policies(state);
  if (state.stopped_by) co_return;
  co_await ask_who_we_are_if_it_matters(state);
  co_await ask_when_the_token_expires(state);
  co_await resolve_absent(state);
  mark_duplicates(state);
  co_await read_parameters(state);
  co_await ask_about_favorites(state);
  co_await ask_about_previous_names(state);
  state.users = state.memory.remembered.look_ups.answers.known_users();
}

}  // namespace cr::reconcile
