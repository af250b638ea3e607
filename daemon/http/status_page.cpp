#include "daemon/http/status_page.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>

#include "daemon/text/escape.h"

namespace cr::daemon {
namespace {

constexpr std::size_t kMostRows = 300;
constexpr std::string_view kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#222;"
    "background:#fff}h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;"
    "width:100%}th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #ddd;"
    "vertical-align:top}.good{color:#176b2c}.bad{color:#a11}@media(prefers-color-scheme:dark){body{color:#"
    "ddd;"
    "background:#181818}th,td{border-color:#444}.good{color:#6c6}.bad{color:#f88}}";

std::string counts(const reconcile::CycleReport& report) {
  std::string text = "<table><tr><th>Reason</th><th>Workspaces</th></tr>";
  for (const reconcile::Reason reason : reconcile::all_reasons()) {
    if (const std::size_t count = report.count(reason); count > 0) {
      text += fmt::format("<tr><td>{}</td><td>{}</td></tr>", reconcile::to_string(reason), count);
    }
  }
  return text + "</table>";
}

std::string not_in_sync(const reconcile::CycleReport& report) {
  std::string rows;
  std::size_t shown = 0, all = 0;
  for (const auto& status : report.workspaces) {
    if (status.ready.reason == reconcile::Reason::InSync) continue;
    if (++all > kMostRows) continue;
    ++shown;
    rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
                        html(specs::identity_of(*status.spec).to_string()),
                        reconcile::to_string(status.ready.reason), html(status.ready.message));
  }
  if (rows.empty()) return "<p class=\"good\">Every workspace is as declared.</p>";
  std::string text =
      "<table><tr><th>Workspace</th><th>Reason</th><th>What to do</th></tr>" + rows + "</table>";
  if (all > shown) {
    text += fmt::format("<p>And {} more: <code>/api/v1/workspaces?offset={}</code></p>", all - shown, shown);
  }
  return text;
}

std::string invalid(const specs::DesiredState& desired) {
  std::string rows;
  std::size_t shown = 0;
  for (const specs::Diagnostic& diagnostic : desired.diagnostics) {
    if (++shown > kMostRows) break;
    rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{} {}</td></tr>", html(diagnostic.where.to_string()),
                        html(diagnostic.field), html(diagnostic.message), html(diagnostic.remedy));
  }
  return "<table><tr><th>Position</th><th>Field</th><th>Error</th></tr>" + rows + "</table>";
}

}  // namespace

std::string status_page_style_hash() {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(kStyle.data()), kStyle.size(), digest.data());
  std::array<unsigned char, 4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1> text{};
  const int length = EVP_EncodeBlock(text.data(), digest.data(), SHA256_DIGEST_LENGTH);
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length)};
}

std::string status_page(const Board& board, const Health& ready) {
  std::string page = fmt::format(
      "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>coder-reconciler</title>"
      "<meta name=\"viewport\" content=\"width=device-width\"><style>{}</style></head><body>"
      "<h1>coder-reconciler</h1><p class=\"{}\">{}: {}</p>",
      kStyle, ready.good ? "good" : "bad", ready.good ? "Ready" : "Not ready", html(ready.reason));
  if (!board.stale.empty()) {
    page += fmt::format("<p class=\"bad\">The specs are not the newest: {}</p>", html(board.stale));
  }
  if (board.report) {
    const auto& report = *board.report;
    page += fmt::format("<p>Last cycle: {}{}</p>", reconcile::to_string(report.result),
                        report.revision.empty() ? "" : ", revision " + html(report.revision));
    if (report.verdict.held)
      page += fmt::format("<p class=\"bad\">Held: {}</p>", html(report.verdict.message));
    page += "<h2>Workspaces</h2>" + counts(report) + "<h2>Not as declared</h2>" + not_in_sync(report);
  }
  if (board.desired && !board.desired->diagnostics.empty()) {
    page += "<h2>Invalid specs</h2>" + invalid(*board.desired);
  }
  return page + "</body></html>\n";
}

}  // namespace cr::daemon
