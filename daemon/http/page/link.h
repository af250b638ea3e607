#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/config/source_url.h"
#include "daemon/http/page/asset.h"
#include "specs/checkout.h"
#include "specs/diagnostic.h"

namespace cr::daemon {

/// A URL that is safe to offer: to this page, to a place of this program, or to http and https. What it is
/// made of is percent-encoded. There is no other way to make one, so no `javascript:` can be one.
class Link {
 public:
  /// This page with these parameters; empty values are left out.
  [[nodiscard]] static Link here(std::span<const std::pair<std::string_view, std::string>> parameters);
  /// A place on this page, or a path below it, written in the program: "#plan", "api/v1/plan".
  [[nodiscard]] static consteval std::string_view checked(const char* text) {
    const std::string_view view{text};
    if (view.find(':') != std::string_view::npos || view.starts_with("/")) throw "a place of this program";
    return view;
  }
  class Place {
   public:
    // NOLINTNEXTLINE(google-explicit-constructor): a literal is the place
    consteval Place(const char* text) : text_(checked(text)) {}

   private:
    friend class Link;
    friend class Root;
    std::string_view text_;
  };
  [[nodiscard]] static Link to(Place place) { return Link(std::string{place.text_}); }
  /// A picture that is part of the link itself.
  [[nodiscard]] static Link picture(const Asset& svg);

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  friend class CoderLinks;
  friend class Root;
  friend class SourceLinks;
  explicit Link(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// Where this program's pages are, as seen from one of them: by relative links, so that they work below any
/// path that a proxy puts before them.
class Root {
 public:
  /// From "/", and from what is directly below it.
  [[nodiscard]] static Root here() { return Root(""); }
  /// From the page of a workspace.
  [[nodiscard]] static Root of_workspace() { return Root("../../"); }

  /// The status page.
  [[nodiscard]] Link home() const { return Link(prefix_.empty() ? "./" : prefix_); }
  [[nodiscard]] Link to(Link::Place place) const { return Link(prefix_ + std::string{place.text_}); }
  /// A place with these parameters; empty values are left out.
  [[nodiscard]] Link to(Link::Place place,
                        std::span<const std::pair<std::string_view, std::string>> parameters) const;
  /// The page of a workspace, in lower case: "w/alice/api-dev".
  [[nodiscard]] Link workspace(std::string_view owner, std::string_view name) const;

 private:
  explicit Root(std::string prefix) : prefix_(std::move(prefix)) {}
  std::string prefix_;
};

/// Links to where specs are kept, as --source-url has it. What they are made of has to outlive them.
class SourceLinks {
 public:
  SourceLinks() = default;
  /// `url` absent: no links.
  SourceLinks(const std::optional<SourceUrl>& url, std::span<const specs::CheckedOut> checkouts)
      : url_(url ? &*url : nullptr), checkouts_(checkouts) {}
  /// Nothing for what lies in no checkout whose revision the URL wants.
  [[nodiscard]] std::optional<Link> to(const specs::SourcePosition& where) const;

 private:
  const SourceUrl* url_ = nullptr;
  std::span<const specs::CheckedOut> checkouts_;
};

/// Links into Coder's own pages. None if its URL is not http or https.
class CoderLinks {
 public:
  explicit CoderLinks(std::string_view access_url);
  [[nodiscard]] std::optional<Link> home() const;
  /// "https://coder.example.com/@alice/api-dev"
  [[nodiscard]] std::optional<Link> workspace(std::string_view owner, std::string_view name) const;
  /// Its audit log, of one workspace; with a licence only. `id`: a UUID.
  [[nodiscard]] std::optional<Link> audit(std::string_view id) const;
  /// "coder.example.com"; empty if there are no links.
  [[nodiscard]] const std::string& host() const { return host_; }

 private:
  std::string base_;  ///< without a slash at the end; empty: none
  std::string host_;
};

}  // namespace cr::daemon
