#include "daemon/http/page/html_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/hostile.h"

namespace cr::daemon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string written(std::string_view text) {
  HtmlWriter out;
  out.leaf("td", {{"title", text}}, text);
  return out.take();
}

TEST(HtmlWriter, ClosesWhatItOpens) {
  HtmlWriter out;
  {
    const auto table = out.element("table", {{"class", "rows"}});
    const auto row = out.element("tr");
    out.leaf("td", "a");
    out.single("input", {{"name", "q"}, {"required", true}, {"hidden", false}});
  }
  EXPECT_EQ(out.take(), "<table class=\"rows\"><tr><td>a</td><input name=\"q\" required></tr></table>");
}

TEST(HtmlWriter, EscapesTextAndAttributesAlike) {
  EXPECT_EQ(written("<b a='1' c=\"2\">&"),
            "<td title=\"&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;\">&lt;b a=&#39;1&#39; "
            "c=&quot;2&quot;&gt;&amp;</td>");
}

TEST(HtmlWriter, MakesVisibleWhatCannotBeSeen) {
  EXPECT_THAT(written("a\xe2\x80\xae"
                      "b"),
              HasSubstr(">a\\u202eb<"));
  EXPECT_THAT(written("a\x1b[31m"), HasSubstr(">a\\x1b[31m<"));
  EXPECT_THAT(written(std::string{"a\0b", 3}), HasSubstr(">a\\x00b<"));
  EXPECT_THAT(written("\xff"), HasSubstr(">\\xff<"));
}

TEST(HtmlWriter, NoHostileTextBecomesMarkup) {
  for (const std::string& text : testing::hostile_texts()) {
    const std::string html = written(text);
    EXPECT_EQ(std::count(html.begin(), html.end(), '<'), 2) << html;
    EXPECT_EQ(std::count(html.begin(), html.end(), '>'), 2) << html;
    EXPECT_EQ(std::count(html.begin(), html.end(), '"'), 2) << html;
    EXPECT_EQ(std::count(html.begin(), html.end(), '\''), 0) << html;
  }
}

TEST(Asset, IsNamedByItsHash) {
  EXPECT_TRUE(Asset::style().csp_source().starts_with("'sha256-"));
  EXPECT_EQ(Asset::style().csp_source().size(), 9U + 44U);
  EXPECT_NE(Asset::style().csp_source(), Asset::script().csp_source());
}

TEST(Asset, DoesNotEndItsElementEarly) {
  EXPECT_THAT(std::string{Asset::style().text()}, Not(HasSubstr("</")));
  EXPECT_THAT(std::string{Asset::script().text()}, Not(HasSubstr("</")));
  EXPECT_THAT(std::string{Asset::script().text()}, Not(HasSubstr("<!--")));
}

TEST(Link, EncodesWhatItIsMadeOf) {
  const std::pair<std::string_view, std::string> parameters[] = {
      {"q", "a b&c=d\"<"}, {"owner", ""}, {"page", "2"}};
  EXPECT_EQ(Link::here(parameters).text(), "?q=a%20b%26c%3Dd%22%3C&page=2");
  const CoderLinks coder("https://coder.example.com/base/");
  EXPECT_EQ(coder.workspace("al/ice", "a?b#c\"")->text(),
            "https://coder.example.com/base/@al%2Fice/a%3Fb%23c%22");
  EXPECT_EQ(coder.host(), "coder.example.com");
}

TEST(Link, LeadsToHttpAndHttpsAlone) {
  for (const char* url : {"javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "",
                          "//evil.example", "https://user:secret@coder.example.com"}) {
    const CoderLinks coder(url);
    EXPECT_FALSE(coder.home()) << url;
    EXPECT_FALSE(coder.workspace("alice", "dev")) << url;
    EXPECT_EQ(coder.host(), "") << url;
  }
}

}  // namespace
}  // namespace cr::daemon
