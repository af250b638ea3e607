#pragma once

#include <string>

#include "tests/standin/state.h"

namespace cr::standin {

/// When a workspace or build is shown: the reply to the request that queued a build leaves out what only
/// later reads have (the version's name).
enum class Moment { just_queued, later };

/// The Workspace object as `reader_id` sees it. Kept with the row until something in it changes.
[[nodiscard]] std::string workspace_json(State& state, Fleet::Row& row, const std::string& reader_id,
                                         Moment moment = Moment::later);

/// Appends the same, without a copy.
void append_workspace_json(State& state, Fleet::Row& row, const std::string& reader_id, std::string& out);

/// The WorkspaceBuild object of build `index` of the row's workspace.
[[nodiscard]] std::string build_json(const State& state, const Fleet::Row& row, std::size_t index,
                                     Moment moment = Moment::later);

/// Ids of what belongs to a build.
[[nodiscard]] std::string job_id(const Build& build);
[[nodiscard]] std::string agent_id(const Build& build, unsigned number);
/// Of the template's agents, the name of this one.
[[nodiscard]] std::string agent_name(const Template& of, unsigned number);

/// "running", "stopped", "pending" … as latest_build.status says it.
[[nodiscard]] std::string_view build_status(const Build& build);
[[nodiscard]] std::string_view to_string(Transition transition);
[[nodiscard]] std::string_view to_string(JobStatus status);

}  // namespace cr::standin
