"""What a person sees and does, with scripts and without."""

import unittest

import world
from browser import CONTRAST, Browser
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select


class OneFleet(unittest.TestCase):
    """Tests that look at the small fleet and change nothing."""

    scripts = True

    @classmethod
    def setUpClass(cls):
        cls.world = world.World(*world.small_fleet())
        cls.addClassCleanup(cls.world.__exit__)
        cls.world.until_first_cycle()
        cls.browser = Browser(scripts=cls.scripts)
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.browser.screen("desktop")
        self.browser.scheme("light")

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [], "the console is clean, no violation of the policy in it")

    def show(self, query=""):
        self.browser.open(self.world.url + "/" + query)

    def until_names(self, names):
        self.browser.until(lambda: self.browser.names() == names, f"the rows are {names}")


class Common:
    """What holds with and without scripts."""

    def test_sums_up_in_words(self):
        self.show()
        self.assertEqual(self.browser.text("h1"), "13 of 18 in sync; 4 need action; 1 suspended")
        self.assertTrue(self.browser.driver.title.startswith("13 of 18 in sync; 4 need action"))

    def test_shows_what_needs_a_person_first(self):
        self.show()
        self.assertEqual(self.browser.names()[:5],
                         ["bob/web", "carol/gone", "carol/typo", "nobody/ghost", "carol/paused"])

    def test_a_row_says_declared_live_reason_and_where_it_is_declared(self):
        self.show("?owner=bob&q=web")
        row = self.browser.find("[id='w-bob/web']")
        for text in ("Drifted", "ttl", "8h", "4h", "automaticUpdates", "always", "never", "team=shop", "team.yaml:25",
                     "reconcilePolicy.update: false"):
            self.assertIn(text, row.text)
        links = [row.find_element(By.CSS_SELECTOR, one).get_attribute("href") for one in ("a.name", "a.in-coder")]
        self.assertEqual(links, [self.world.url + "/w/bob/web", self.world.coder_url + "/@bob/web"])

    def test_filters_are_in_the_url(self):
        for query, names in (
                ("?reason=Missing", ["carol/gone"]),
                ("?state=suspended", ["carol/paused"]),
                ("?owner=BOB&order=name", ["bob/old", "bob/web"]),
                ("?label=team%3Dshop,env&order=name", []),
                ("?label=team%20in%20(shop)&owner=bob&order=name", ["bob/old", "bob/web"]),
                ("?template=dokcer", ["carol/typo"]),
                ("?q=carol+gone", ["carol/gone"])):
            self.show(query)
            self.assertEqual(self.browser.names(), names, query)
        self.show("?owner=bob&reason=Drifted&label=team%3Dshop")
        self.assertEqual(self.browser.find("#f-owner").get_attribute("value"), "bob")
        self.assertEqual(self.browser.find("#f-label").get_attribute("value"), "team=shop")
        self.assertEqual(Select(self.browser.find("#f-reason")).first_selected_option.get_attribute("value"), "Drifted")

    def test_a_filter_that_makes_no_sense_is_named(self):
        self.show("?reason=Nonsense&label=%3D")
        self.assertEqual(len(self.browser.all(".problem")), 2)
        self.assertIn("Nonsense", self.browser.text(".problem"))

    def test_searches_with_the_form(self):
        self.show()
        self.browser.find("#f-q").send_keys("typo", Keys.ENTER)
        self.until_names(["carol/typo"])
        self.assertEqual(self.browser.query().split("&")[0], "q=typo")
        self.browser.find(".buttons a").click()
        self.browser.until(lambda: len(self.browser.names()) == 18, "all are back")

    def test_follows_a_state_and_pages(self):
        self.show("?per_page=5")
        self.browser.find(".pager [rel=next]").click()
        self.browser.until(lambda: "Page 2 of 4" in self.browser.text(".pager"), "the second page")
        self.browser.find("h1 a.warn").click()
        self.browser.until(lambda: len(self.browser.names()) == 4, "those that need action")
        self.assertIn("state=waits_for_person", self.browser.query())

    def test_shows_specs_to_mend(self):
        self.show()
        self.assertIn("1 spec is invalid", self.browser.text(".alert"))
        specs = self.browser.text("#specs")
        for text in ("broken.yaml:8", "spec.ttl", "90s", "did you mean", "autostrat"):
            self.assertIn(text, specs)

    def test_shows_cycles(self):
        self.show()
        self.assertRegex(self.browser.text("#cycles"), r"\d\d:\d\d:\d\d")

    def test_fits_a_phone(self):
        self.browser.screen("phone")
        for query in ("", "?owner=bob", "?q=nothing-like-it"):
            self.show(query)
            widths = self.browser.run("return [document.documentElement.scrollWidth, innerWidth]")
            self.assertEqual(widths, [375, 375], query)


class WithoutScripts(Common, OneFleet):
    scripts = False

    def test_runs_none_and_offers_nothing_that_needs_them(self):
        self.show()
        self.assertFalse(self.browser.find("#pause").is_displayed())
        self.assertTrue(self.browser.find("#filters button[type=submit]").is_displayed())


class WithScripts(Common, OneFleet):
    def test_filters_while_typing_and_keeps_focus(self):
        self.show()
        field = self.browser.find("#f-q")
        field.click()
        field.send_keys("gho")
        self.until_names(["nobody/ghost"])
        self.assertEqual(self.browser.query(), "q=gho")
        self.assertEqual(self.browser.run("return document.activeElement.id"), "f-q")
        field.send_keys("st")
        self.browser.until(lambda: self.browser.query() == "q=ghost", "the url follows")
        self.assertEqual(field.get_attribute("value"), "ghost")

    def test_goes_back_to_the_view_before(self):
        self.show()
        self.browser.find(".states a.warn").click()
        self.browser.until(lambda: len(self.browser.names()) == 4, "those that wait")
        self.browser.driver.back()
        self.browser.until(lambda: len(self.browser.names()) == 18, "all again")
        self.browser.driver.forward()
        self.browser.until(lambda: len(self.browser.names()) == 4, "those that wait again")

    def test_keeps_opened_details_and_scroll_when_it_looks_again(self):
        self.show()
        self.browser.run("document.getElementById('w-alice/dev-3-fields').open = true; scrollTo(0, 400);"
                         "document.getElementById('f-owner').focus({preventScroll: true});"
                         "window.marked = document.getElementById('w-alice/dev-3');")
        before = self.browser.text(".progress")
        self.browser.run("document.dispatchEvent(new Event('visibilitychange'))")
        self.browser.until(lambda: self.browser.text(".progress") != before, "it has looked again")
        self.assertTrue(self.browser.run("return document.getElementById('w-alice/dev-3-fields').open"))
        self.assertEqual(self.browser.run("return scrollY"), 400)
        self.assertEqual(self.browser.run("return document.activeElement.id"), "f-owner")
        self.assertTrue(self.browser.run("return window.marked === document.getElementById('w-alice/dev-3')"))

    def test_asks_nothing_while_hidden_or_paused(self):
        self.show()
        hide = "Object.defineProperty(document, 'hidden', {configurable: true, value: %s});" \
               "document.dispatchEvent(new Event('visibilitychange'))"
        self.browser.run("window.fetched = 0; const real = fetch;"
                         "window.fetch = (...a) => { ++window.fetched; return real(...a); };"
                         "const timer = setTimeout; window.timers = [];"
                         "window.setTimeout = (f, ms) => { const t = timer(f, ms); if (ms > 1000) window.timers.push(t);"
                         " return t; };")
        self.browser.run(hide % "true")
        self.assertEqual(self.browser.run("return window.fetched"), 0, "it was hidden")
        self.browser.run(hide % "false")
        self.browser.until(lambda: self.browser.run("return window.fetched") == 1, "one look when it is seen again")
        self.browser.until(lambda: self.browser.run("return window.timers.length") == 1, "and another is due later")
        self.browser.find("#pause").click()
        self.assertEqual(self.browser.find("#pause").get_attribute("aria-pressed"), "true")
        self.assertIn("paused", self.browser.text("#contact"))
        self.browser.find("#pause").click()
        self.browser.until(lambda: self.browser.run("return window.fetched") == 2, "one look when resumed")

    def test_is_reached_by_keyboard(self):
        self.show("?per_page=5")
        self.browser.run("document.activeElement.blur()")
        reached = []
        body = self.browser.find("body")
        body.send_keys(Keys.TAB)
        first = self.browser.driver.switch_to.active_element
        self.assertEqual(first.text, "Skip to the workspaces")
        self.assertGreaterEqual(first.location["y"], 0, "it shows when it has the focus")
        for _ in range(60):
            element = self.browser.driver.switch_to.active_element
            if element.tag_name == "body":
                break  # behind the last one the focus is the browser's own
            style = self.browser.run("const s = getComputedStyle(arguments[0]);"
                                     "return [s.outlineStyle, parseFloat(s.outlineWidth)]", element)
            self.assertNotEqual(style[0], "none", f"{element.tag_name} {element.text} shows that it has the focus")
            self.assertGreaterEqual(style[1], 1)
            reached.append(element.get_attribute("id") or element.text or element.get_attribute("name"))
            element.send_keys(Keys.TAB)
        for wanted in ("pause", "f-q", "f-reason", "f-template", "f-owner", "f-label", "f-order", "bob/web", "Next", "Last"):
            self.assertIn(wanted, reached)
        self.assertLess(reached.index("f-q"), reached.index("f-owner"))
        self.assertLess(reached.index("f-order"), reached.index("bob/web"))
        self.show()
        self.browser.find("body").send_keys(Keys.TAB, Keys.ENTER)
        self.browser.until(lambda: self.browser.run("return document.activeElement.id") == "workspaces", "the skip")

    def test_has_the_semantics_of_a_page(self):
        self.show()
        tree = self.browser.run("""return {
            lang: document.documentElement.lang, mains: document.querySelectorAll('main').length,
            ones: document.querySelectorAll('h1').length,
            unnamed: [...document.querySelectorAll('input:not([type=hidden]), select')]
                .filter((e) => !e.labels.length).length,
            heads: [...document.querySelectorAll('table.rows thead th')].every((e) => e.scope === 'col'),
            rows: [...document.querySelectorAll('table.rows > tbody > tr')].every((e) => e.querySelector('th[scope=row]')),
            live: document.getElementById('news').getAttribute('role'),
            twice: [...document.querySelectorAll('[id]')].length -
                new Set([...document.querySelectorAll('[id]')].map((e) => e.id)).size}""")
        self.assertEqual(tree, {"lang": "en", "mains": 1, "ones": 1, "unnamed": 0, "heads": True, "rows": True,
                                "live": "status", "twice": 0})

    def test_can_be_read_in_light_and_dark(self):
        grounds = set()
        for scheme in ("light", "dark"):
            self.browser.scheme(scheme)
            self.show()
            self.browser.run("for (const d of document.querySelectorAll('details')) d.open = true")
            found = self.browser.run(CONTRAST)
            self.assertEqual(found["bad"], [], scheme)
            self.assertGreater(found["looked"], 100)
            grounds.add(self.browser.run("return getComputedStyle(document.body).backgroundColor"))
            self.show()
            self.browser.shot(scheme)
            self.browser.screen("phone")
            self.browser.shot(f"phone-{scheme}")
            self.browser.screen("desktop")
        self.assertEqual(len(grounds), 2, "the system's choice counts")


if __name__ == "__main__":
    unittest.main()
