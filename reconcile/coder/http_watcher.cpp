#include "reconcile/coder/http_watcher.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "reconcile/async/structured.h"
#include "reconcile/coder/list_page.h"
#include "reconcile/coder/routes.h"
#include "reconcile/http/event_stream.h"
#include "reconcile/http/streamed.h"
#include "specs/text/ascii.h"

namespace cr::coder {
namespace {

using namespace std::chrono_literals;
using How = WatchEnd::How;
using Opened = std::unique_ptr<http::StreamedAnswer>;

// Coder speaks at once: what takes longer is held back somewhere.
constexpr std::chrono::seconds kFirstWord = 20s;
// It sends a ping every 15 s: two may be late.
constexpr std::chrono::seconds kSilence = 45s;
// A workspace with many agents has tens of kilobytes.
constexpr std::size_t kMostOfAnEvent = std::size_t{1} << 20;
// A build has a handful of events. Who sends that much does not tell of a build.
constexpr std::size_t kMostOfAStream = std::size_t{16} << 20;

CallRequest request_for(const Route& route, const WorkspaceId& id) {
  const std::string_view pattern = route.pattern;
  const std::size_t begin = pattern.find('{');
  const std::size_t end = pattern.find('}') + 1;
  std::string path(pattern.substr(0, begin));
  path.append(id.to_string()).append(pattern.substr(end));
  return CallRequest(route, std::move(path));
}

WatchEnd end_of(const http::TransportError& failed) {
  WatchEnd end;
  end.why = failed.message;
  switch (failed.fault) {
    case http::TransportFault::unreachable:
      end.how = How::unreachable;
      break;
    case http::TransportFault::timeout:
      end.how = How::silent;
      break;
    case http::TransportFault::contract:
      end.how = How::nonsense;
      break;
  }
  return end;
}

class HttpWatcher final : public WorkspaceWatcher {
 public:
  HttpWatcher(Caller& caller, async::Clock& clock, http::Dialer dialer)
      : caller_(caller), clock_(clock), dialer_(std::move(dialer)) {}

  awaitable<WatchEnd> watch(const WorkspaceId& id, WatchWay way, const OnState& on_state) override {
    if (way == WatchWay::socket) {
      WatchEnd end;
      end.how = How::refused;
      co_return end;
    }
    const CallRequest request = request_for(routes::kWatch, id);
    auto opened = co_await caller_.open_stream(dialer_, request, "Accept: text/event-stream\r\n", kFirstWord);
    if (!opened) co_return end_of(opened.error());
    const http::HttpResponse& head = (*opened)->head();
    WatchEnd end;
    end.status = head.status;
    const std::string type = text::lower(head.header("Content-Type"));
    if (head.status != 200 || !type.starts_with("text/event-stream")) {
      end.how = How::refused;
      end.why = "the answer is no stream of events";
      co_return end;
    }
    Listening listening(*this, on_state, end);
    co_await listen(**opened, listening);
    co_return std::move(end);
  }

 private:
  /// What becomes of the events of one stream.
  struct Listening {
    Listening(HttpWatcher& watcher, const OnState& on_state_, WatchEnd& end_)
        : on_state(on_state_), end(end_), on_event([this, &watcher](http::ServerEvent& event) {
            if (!over && event.type == "data") watcher.tell(event.data, *this);
          }) {}
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;

    const OnState& on_state;
    WatchEnd& end;
    http::EventStreamParser parser{kMostOfAnEvent};
    http::EventStreamParser::OnEvent on_event;
    bool over = false;

    void finish(How how, std::string why) {
      over = true;
      end.how = how;
      end.why = std::move(why);
    }
  };

  void tell(std::string& json, Listening& listening) {
    json.reserve(json.size() + kBodyPadding);
    const auto workspace = decoder_.workspace(json);
    if (!workspace) return listening.finish(How::nonsense, workspace.error().message);
    listening.end.told = true;
    if (!listening.on_state(*workspace)) listening.finish(How::satisfied, {});
  }

  awaitable<void> listen(http::StreamedAnswer& answer, Listening& listening) {
    std::size_t taken = 0;
    while (!listening.over) {
      auto reading = answer.read();
      const auto deadline = clock_.now() + (taken == 0 ? kFirstWord : kSilence);
      const auto piece = co_await async::with_deadline(clock_, deadline, std::move(reading));
      if (!piece) {
        listening.finish(How::silent, "nothing came for too long");
      } else if (piece->has_error()) {
        const http::TransportError& failed = piece->error();
        const bool broke = failed.fault == http::TransportFault::unreachable;
        listening.finish(broke ? How::closed : How::nonsense, failed.message);
      } else if ((*piece)->empty()) {
        listening.finish(How::closed, "the server has closed the stream");
      } else if (!listening.parser.take(**piece, listening.on_event)) {
        listening.finish(How::nonsense, "an event is larger than 1 MiB");
      } else if ((taken += (*piece)->size()) > kMostOfAStream && !listening.over) {
        listening.finish(How::nonsense, "the stream is larger than 16 MiB");
      }
    }
  }

  Caller& caller_;
  async::Clock& clock_;
  http::Dialer dialer_;
  WorkspaceDecoder decoder_;
};

}  // namespace

std::unique_ptr<WorkspaceWatcher> http_watcher(Caller& caller, async::Clock& clock, http::Dialer dialer) {
  return std::make_unique<HttpWatcher>(caller, clock, std::move(dialer));
}

}  // namespace cr::coder
