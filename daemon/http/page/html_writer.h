#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include "daemon/http/page/asset.h"
#include "daemon/http/page/link.h"

namespace cr::daemon {

/// The name of an element, written in the program and checked when it is compiled. Elements whose content is
/// no text (script, style) have functions of their own.
class TagName {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a literal is the name
  consteval TagName(const char* name) : name_(name) {
    if (name_.empty()) throw "a tag has a name";
    for (const char c : name_) {
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) throw "not the name of an HTML element";
    }
    if (name_ == "script" || name_ == "style" || name_ == "iframe" || name_ == "object" || name_ == "embed")
      throw "this element would run or load what it is given";
  }
  [[nodiscard]] constexpr std::string_view text() const { return name_; }

 private:
  std::string_view name_;
};

/// The name of an attribute, likewise. None that holds code (on…, style) and none that holds a URL: those
/// take a Link.
class AttributeName {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a literal is the name
  consteval AttributeName(const char* name) : name_(name) {
    if (name_.empty()) throw "an attribute has a name";
    for (const char c : name_) {
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') throw "not the name of an attribute";
    }
    if (name_.starts_with("on") || name_ == "style" || name_ == "srcdoc") throw "code belongs into a file";
    if (name_ == "href" || name_ == "src" || name_ == "action" || name_ == "formaction" || name_ == "data")
      throw "a URL is a Link";
  }
  [[nodiscard]] constexpr std::string_view text() const { return name_; }

 private:
  std::string_view name_;
};

/// One attribute of a start tag. Holds views: good within the expression that writes the tag.
class Attribute {
 public:
  Attribute(AttributeName name, std::string_view value) : name_(name.text()), value_(value) {}
  /// Without a value ("hidden"); left out if `there` is false.
  Attribute(AttributeName name, bool there) : name_(there ? name.text() : std::string_view{}), bare_(true) {}
  Attribute(AttributeName name, const char* value) : Attribute(name, std::string_view{value}) {}
  [[nodiscard]] static Attribute href(const Link& link) { return {"href", link}; }
  [[nodiscard]] static Attribute action(const Link& link) { return {"action", link}; }
  /// Where scripts hear of what happens.
  [[nodiscard]] static Attribute data_events(const Link& link) { return {"data-events", link}; }
  /// `name="value"` if `there`, else nothing.
  [[nodiscard]] static Attribute if_so(bool there, AttributeName name, std::string_view value) {
    return there ? Attribute(name, value) : Attribute(name, false);
  }

 private:
  friend class HtmlWriter;
  Attribute(const char* name, const Link& link) : name_(name), value_(link.text()) {}
  std::string_view name_;  ///< empty: left out
  std::string_view value_;
  bool bare_ = false;
};

/// Writes HTML in which every text is escaped: there is no way to write markup but by elements, and no text
/// from outside becomes part of a name. Characters that can't be seen, or that turn the direction of what
/// follows, are made visible. What is opened is closed by its scope.
class HtmlWriter {
 public:
  using Attributes = std::initializer_list<Attribute>;

  /// Closes its element at the end of its scope.
  class Element {
   public:
    Element(const Element&) = delete;
    Element& operator=(const Element&) = delete;
    ~Element() { writer_.close(name_); }

   private:
    friend class HtmlWriter;
    Element(HtmlWriter& writer, TagName name) : writer_(writer), name_(name) {}
    HtmlWriter& writer_;
    TagName name_;
  };

  void doctype() { out_ += "<!DOCTYPE html>\n"; }
  [[nodiscard]] Element element(TagName name, Attributes attributes = {});
  /// An element with nothing but text in it.
  void leaf(TagName name, Attributes attributes, std::string_view text);
  void leaf(TagName name, std::string_view text) { leaf(name, {}, text); }
  /// One that has no end tag: input, meta, link.
  void single(TagName name, Attributes attributes);
  void text(std::string_view text);
  /// White space that is seen in `pre` alone.
  void line_break() { out_ += '\n'; }

  void style(const Asset& sheet);
  void script(const Asset& code);

  [[nodiscard]] std::size_t size() const { return out_.size(); }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void open(TagName name, Attributes attributes);
  void close(TagName name);

  std::string out_;
};

}  // namespace cr::daemon
