#pragma once

#include <string>
#include <string_view>

#include "daemon/news/news.h"

namespace cr::daemon {

/// A CloudEvent (1.0, structured mode, JSON) of type `coder-reconciler.news.v1`. Its data:
/// {revision?, digest?, more?, news: [{kind, grave, reason?, text, author?, count, workspaces?:
/// ["owner/name"]}]}
///
/// `source`: whose news it is, a URI reference; with `id` it names the event, however often it is sent.
[[nodiscard]] std::string cloud_event(const Bulletin& bulletin, std::string_view source, std::string_view id);

/// The Content-Type of that.
inline constexpr std::string_view kCloudEventType = "application/cloudevents+json; charset=utf-8";

}  // namespace cr::daemon
