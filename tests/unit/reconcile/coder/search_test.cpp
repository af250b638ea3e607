#include "reconcile/coder/search.h"

#include <gtest/gtest.h>

#include "reconcile/model/ids.h"

namespace cr::coder {
namespace {

TEST(SearchTerm, PlainNamesNeedNoQuotes) {
  EXPECT_EQ(search_term("owner", "alice-2.b_c"), "owner:alice-2.b_c");
}

TEST(SearchTerm, AnythingElseIsQuoted) {
  EXPECT_EQ(search_term("exact_name", "my tpl"), "exact_name:\"my tpl\"");
  EXPECT_EQ(search_term("owner", "a:b"), "owner:\"a:b\"");
  EXPECT_EQ(search_term("owner", "j\xC3\xBCrgen"), "owner:\"j\xC3\xBCrgen\"");
}

TEST(SearchTerm, WhatCannotBeWrittenCannotBeSearchedFor) {
  EXPECT_EQ(search_term("owner", "a\"b"), std::nullopt);
  EXPECT_EQ(search_term("owner", ""), std::nullopt);
}

TEST(SearchQuery, EncodesAllButColonsAndCommas) {
  EXPECT_EQ(search_query("owner:\"a b\" name:x"), "q=owner:%22a%20b%22%20name:x");
  EXPECT_EQ(search_query("id:1,2"), "q=id:1,2");
  EXPECT_EQ(search_query("owner:\"a&b=c#d+e\""), "q=owner:%22a%26b%3Dc%23d%2Be%22");
}

TEST(SearchQuery, ABatchOf150IdsStaysBelowWhatProxiesAccept) {
  const std::vector<reconcile::WorkspaceId> ids(150);
  EXPECT_LT(search_query(search_ids("id", ids)).size(), 6000U);
}

}  // namespace
}  // namespace cr::coder
