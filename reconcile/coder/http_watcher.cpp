#include "reconcile/coder/http_watcher.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "reconcile/async/structured.h"
#include "reconcile/coder/json_fields.h"
#include "reconcile/coder/list_page.h"
#include "reconcile/coder/routes.h"
#include "reconcile/http/event_stream.h"
#include "reconcile/http/streamed.h"
#include "reconcile/http/web_socket.h"
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
// Who pings more than that between two pongs does not wait for them.
constexpr std::size_t kMostOfAnswers = 4'096;

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

std::string upgrade_headers(const std::string& key) {
  return "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
         key + "\r\n";
}

bool is_event_stream(const http::HttpResponse& head) {
  return head.status == 200 && text::lower(head.header("Content-Type")).starts_with("text/event-stream");
}

bool is_web_socket(const http::HttpResponse& head, std::string_view key) {
  // What was not asked for would change the frames.
  return head.status == 101 && text::lower(head.header("Upgrade")) == "websocket" &&
         head.header("Sec-WebSocket-Accept") == http::web_socket_accept(key) &&
         head.header("Sec-WebSocket-Extensions").empty();
}

/// A message of the WebSocket: `{"type":"ping|data|error","data":…}`.
struct Message {
  bool is_data = false;
  std::string data;  ///< JSON
};

/// Nothing if it is no such message.
std::optional<Message> read_message(json::parser& parser, std::string& text) {
  text.reserve(text.size() + kBodyPadding);
  json::document document;
  json::object object;
  std::string_view type;
  if (parser.iterate(text.data(), text.size(), text.capacity()).get(document) ||
      document.get_object().get(object))
    return std::nullopt;
  if (object.find_field_unordered("type").get_string().get(type)) return std::nullopt;
  Message message;
  message.is_data = type == "data";
  if (!message.is_data) return message;
  json::object data;
  std::string_view raw;
  if (object.find_field_unordered("data").get_object().get(data) || data.raw_json().get(raw))
    return std::nullopt;
  message.data = raw;
  return message;
}

class HttpWatcher final : public WorkspaceWatcher {
 public:
  HttpWatcher(Caller& caller, async::Clock& clock, http::Dialer dialer)
      : caller_(caller), clock_(clock), dialer_(std::move(dialer)) {}

  awaitable<WatchEnd> watch(const WorkspaceId& id, WatchWay way, const OnState& on_state) override {
    const bool by_events = way == WatchWay::events;
    const std::string key = by_events ? "" : http::web_socket_key();
    const std::string headers = by_events ? "Accept: text/event-stream\r\n" : upgrade_headers(key);
    const CallRequest request = request_for(by_events ? routes::kWatch : routes::kWatchSocket, id);
    auto opened = co_await caller_.open_stream(dialer_, request, headers, kFirstWord);
    if (!opened) co_return end_of(opened.error());
    const http::HttpResponse& head = (*opened)->head();
    WatchEnd end;
    end.status = head.status;
    if (!(by_events ? is_event_stream(head) : is_web_socket(head, key))) {
      end.how = How::refused;
      end.why = by_events ? "the answer is no stream of events" : "the answer is no WebSocket";
      co_return end;
    }
    Listening listening(*this, on_state, end);
    const Take take = by_events ? Take([&](std::string_view bytes) { return listening.take_events(bytes); })
                                : Take([&](std::string_view bytes) { return listening.take_frames(bytes); });
    co_await listen(**opened, listening, take);
    co_return std::move(end);
  }

 private:
  /// Bytes of a stream. False where they are none of it, or make too large a message.
  using Take = std::function<bool(std::string_view)>;

  /// What becomes of the events of one stream.
  struct Listening {
    Listening(HttpWatcher& watcher, const OnState& on_state_, WatchEnd& end_)
        : on_state(on_state_), end(end_), on_event([this, &watcher](http::ServerEvent& event) {
            if (!over && event.type == "data") watcher.tell(event.data, *this);
          }) {
      frames.on_message = [this, &watcher](std::string& message) {
        if (!over) watcher.tell_message(message, *this);
      };
      frames.on_ping = [this](const std::string& payload) {
        if (answers.size() < kMostOfAnswers) answers += http::pong_frame(payload, mask());
      };
      frames.on_close = [this] {
        if (!over) finish(How::closed, "the server has closed the WebSocket");
      };
    }
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;

    const OnState& on_state;
    WatchEnd& end;
    http::EventStreamParser parser{kMostOfAnEvent};
    http::EventStreamParser::OnEvent on_event;
    http::WebSocketParser web_socket{kMostOfAnEvent};
    http::WebSocketParser::Told frames;
    std::string answers;  ///< pongs that are to be sent
    std::random_device mask;
    bool over = false;

    bool take_events(std::string_view bytes) { return parser.take(bytes, on_event); }
    bool take_frames(std::string_view bytes) { return web_socket.take(bytes, frames); }
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

  void tell_message(std::string& message, Listening& listening) {
    auto read = read_message(messages_, message);
    if (!read) return listening.finish(How::nonsense, "a message is no JSON that Coder sends");
    if (read->is_data) tell(read->data, listening);
  }

  awaitable<void> listen(http::StreamedAnswer& answer, Listening& listening, const Take& take) {
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
      } else if (!take(**piece)) {
        listening.finish(How::nonsense, "it is not what Coder sends, or an event is larger than 1 MiB");
      } else if ((taken += (*piece)->size()) > kMostOfAStream && !listening.over) {
        listening.finish(How::nonsense, "the stream is larger than 16 MiB");
      }
      if (!listening.over && !listening.answers.empty()) co_await send(answer, listening);
    }
  }

  /// Pongs, and nothing else ever: Coder closes a WebSocket whose client says anything.
  awaitable<void> send(http::StreamedAnswer& answer, Listening& listening) {
    const std::string pongs = std::exchange(listening.answers, {});
    auto writing = answer.write(pongs);
    const auto deadline = clock_.now() + kSilence;
    const auto sent = co_await async::with_deadline(clock_, deadline, std::move(writing));
    if (!sent) listening.finish(How::silent, "a pong was not taken for too long");
  }

  Caller& caller_;
  async::Clock& clock_;
  http::Dialer dialer_;
  WorkspaceDecoder decoder_;
  json::parser messages_;
};

}  // namespace

std::unique_ptr<WorkspaceWatcher> http_watcher(Caller& caller, async::Clock& clock, http::Dialer dialer) {
  return std::make_unique<HttpWatcher>(caller, clock, std::move(dialer));
}

}  // namespace cr::coder
