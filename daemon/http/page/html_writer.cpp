#include "daemon/http/page/html_writer.h"

#include "reconcile/report/render.h"

namespace cr::daemon {
namespace {

void escape_to(std::string& out, std::string_view text) {
  const std::string shown = reconcile::visible(text);
  for (const char c : shown) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}

}  // namespace

void HtmlWriter::open(TagName name, Attributes attributes) {
  out_ += '<';
  out_ += name.text();
  for (const Attribute& attribute : attributes) {
    if (attribute.name_.empty()) continue;
    out_ += ' ';
    out_ += attribute.name_;
    if (attribute.bare_) continue;
    out_ += "=\"";
    escape_to(out_, attribute.value_);
    out_ += '"';
  }
  out_ += '>';
}

void HtmlWriter::close(TagName name) {
  out_ += "</";
  out_ += name.text();
  out_ += '>';
}

HtmlWriter::Element HtmlWriter::element(TagName name, Attributes attributes) {
  open(name, attributes);
  return {*this, name};
}

void HtmlWriter::leaf(TagName name, Attributes attributes, std::string_view text_) {
  open(name, attributes);
  text(text_);
  close(name);
}

void HtmlWriter::single(TagName name, Attributes attributes) {
  open(name, attributes);
}

void HtmlWriter::text(std::string_view text) {
  escape_to(out_, text);
}

void HtmlWriter::style(const Asset& sheet) {
  out_ += "<style>";
  out_ += sheet.text();
  out_ += "</style>";
}

void HtmlWriter::script(const Asset& code) {
  out_ += "<script>";
  out_ += code.text();
  out_ += "</script>";
}

}  // namespace cr::daemon
