"""The page as a console: what can be done from it, the ways to look at a fleet, and what fits on a screen."""

import http.server
import re
import threading
import unittest
import urllib.error
import urllib.request

import world
from browser import CONTRAST, Browser
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

FIRST_ROW = "return document.querySelector('.rows > tbody > tr').getBoundingClientRect().top + scrollY"
WHOLE_ROWS = """return [...document.querySelectorAll('.rows > tbody > tr')]
    .filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length"""
FOCUS = "return document.activeElement.id"


STREAM = "/api/v1/events/stream"
# Counts what the page asks for, how much of it it has given up, and how much has ended.
COUNTED = """
window.looks = {asked: 0, given_up: 0, ended: 0};
const real = fetch;
window.fetch = (url, options) => {
  let over = false;
  ++looks.asked;
  options.signal.addEventListener('abort', () => { if (!over) ++looks.given_up; });
  return real(url, options).finally(() => { over = true; ++looks.ended; });
};
"""
LOOKS = "return window.looks"
HAPPENED = "document.dispatchEvent(new Event('happened'));"


class Proxy:
    """A proxy in front of the daemon, as a site has one: who comes through it is not on the daemon's machine. It has no
    streams, and passes GETs on while `gate` is set."""

    def __init__(self, target):
        gate = self.gate = threading.Event()
        gate.set()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                if self.path.startswith(STREAM):
                    self.send_error(503)
                    return
                if self.command == "GET":
                    gate.wait(world.PATIENCE)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) if self.command == "POST" else None
                headers = {key: value for key, value in self.headers.items() if key.lower() != "connection"}
                headers["X-Forwarded-For"] = "10.1.2.3"
                request = urllib.request.Request(target + self.path, method=self.command, data=body, headers=headers)
                try:
                    answer = urllib.request.urlopen(request, timeout=world.PATIENCE)
                except urllib.error.HTTPError as error:
                    answer = error
                text = answer.read()
                try:
                    self.answer(answer, text)
                except ConnectionError:
                    self.close_connection = True  # who asked has gone

            def answer(self, answer, text):
                self.send_response(answer.status)
                for key, value in answer.headers.items():
                    if key.lower() not in ("connection", "content-length", "date", "server"):
                        self.send_header(key, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = pass_on

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Console(unittest.TestCase):
    scripts = True

    def setUp(self):
        self.browser = Browser(scripts=self.scripts)
        self.addCleanup(self.browser.close)

    def start(self, seed, files, **more):
        fleet = world.World(seed, files, **more)
        self.addCleanup(fleet.__exit__)
        return fleet

    def held(self):
        seed, _ = world.small_fleet()
        fleet = self.start(seed, {"a.yaml": "\n---\n".join(world.spec(f"dev-{i}", ttl="4h") for i in range(12))},
                           daemon=["--max-changes", "3"])
        return fleet, fleet.until_summary(lambda s: s["held"], "the plan is held")["digest"]

    def of_one_owner(self, number):
        live = [{"owner": "alice", "name": f"ws-{i:03}", "template": "docker", "ttl_ms": 28_800_000}
                for i in range(number)]
        return self.start({"users": [{"name": "alice"}], "templates": [{"name": "docker", "versions": ["v1"]}],
                           "workspaces": live},
                          {"a.yaml": "\n---\n".join(world.spec(f"ws-{i:03}", ttl="8h") for i in range(number))})

    def proxy_of(self, fleet):
        proxy = Proxy(fleet.url)
        self.addCleanup(proxy.close)
        return proxy

    def through_proxy(self, fleet):
        return self.proxy_of(fleet).url

    def complaints_but_of_the_stream(self):
        """The proxy has none, and the browser says so."""
        return [text for text in self.browser.complaints() if STREAM not in text]

    def answer(self, token=None):
        if token is not None:
            self.browser.find("#ask-token").send_keys(token)
        self.browser.find("#ask-send").click()

    def readable(self):
        for scheme in ("light", "dark"):
            self.browser.scheme(scheme)
            self.assertEqual(self.browser.run(CONTRAST)["bad"], [], scheme)
        self.browser.scheme("light")


class Acting(Console):
    def test_approves_after_showing_what_and_keeps_the_token_in_memory_alone(self):
        fleet, digest = self.held()
        self.browser.open(fleet.url)
        self.browser.find(".approve").click()
        ask = self.browser.find("#ask")
        for text in ("Approve this plan?", "12 workspaces", digest):
            self.assertIn(text, ask.text)
        self.assertEqual(self.browser.run(FOCUS), "ask-token")
        self.readable()
        self.browser.shot("ask")
        self.browser.find("#ask-cancel").click()
        self.assertFalse(ask.is_displayed())
        self.assertTrue(fleet.json("/api/v1/summary")["held"], "nothing is sent before the yes")

        self.browser.find(".approve").click()
        self.answer("")
        self.assertIn("Type the API token", ask.text)
        self.answer("not-the-token-of-this-test")
        self.browser.until(lambda: "wrong token" in ask.text, "the daemon's answer is shown")
        self.assertEqual(self.browser.run(FOCUS), "ask-token", "and asked anew")
        self.assertEqual(self.browser.find("#ask-token").get_attribute("value"), "")
        self.answer(world.API_TOKEN)
        self.browser.until(lambda: "approved" in self.browser.text("#told"), "it is said that it is approved")
        self.assertFalse(ask.is_displayed())
        fleet.until_summary(lambda s: s["reasons"]["InSync"] == 12, "the plan has been carried out")
        self.browser.until(lambda: self.browser.text("h1") == "All 12 in sync", "the page has followed")

        kept = self.browser.run("""return [localStorage.length, sessionStorage.length, document.cookie,
            document.documentElement.outerHTML, ...[...document.querySelectorAll('input')].map((e) => e.value),
            location.href, JSON.stringify(history.state)]""")
        self.assertEqual(kept[:3], [0, 0, ""])
        self.assertNotIn(world.API_TOKEN, str(kept))
        # Refused tokens are in the console as the browser's own lines, never the token.
        complaints = [text for text in self.browser.complaints() if "401" not in text]
        self.assertEqual(complaints, [])

    def test_asks_once_a_page_load_who_comes_through_a_proxy(self):
        fleet = self.of_one_owner(3)
        fleet.until_first_cycle()
        self.browser.open(self.through_proxy(fleet))

        def cycles():
            return len(re.findall(r"alike since|<time datetime", fleet.get("/")[2])), fleet.json("/api/v1/summary")["ended"]

        before = cycles()
        self.browser.find("#reconcile").click()
        self.assertTrue(self.browser.find("#ask-token").is_displayed())
        self.assertFalse(self.browser.find("#ask-digest").is_displayed())
        self.answer(world.API_TOKEN)
        self.browser.until(lambda: "a cycle starts" in self.browser.text("#told"), "it is taken")
        world.wait_until(lambda: cycles() != before, "a cycle has run")
        before = cycles()
        self.browser.find("#reconcile").click()
        self.assertFalse(self.browser.find("#ask").is_displayed(), "it is asked for once")
        world.wait_until(lambda: cycles() != before, "another cycle has run")
        self.browser.driver.refresh()
        self.browser.find("#reconcile").click()
        self.assertTrue(self.browser.find("#ask-token").is_displayed(), "gone with the document")
        self.assertEqual(self.complaints_but_of_the_stream(), [])

    def test_a_token_that_was_changed_is_asked_for_anew(self):
        fleet = self.of_one_owner(3)
        fleet.until_first_cycle()
        self.browser.open(self.through_proxy(fleet))
        self.browser.find("#reconcile").click()
        self.answer(world.API_TOKEN)
        self.browser.until(lambda: "a cycle starts" in self.browser.text("#told"), "it is taken")
        fleet.api_token_file.write_text("another-api-token-of-this-test")
        self.browser.find("#reconcile").click()
        self.browser.until(lambda: "wrong token" in self.browser.text("#ask"), "it is refused, and asked for")
        self.answer("another-api-token-of-this-test")
        self.browser.until(lambda: not self.browser.find("#ask").is_displayed(), "it is taken")

    def test_needs_no_token_on_the_daemons_machine(self):
        fleet = self.of_one_owner(3)
        ended = fleet.until_first_cycle()["ended"]
        self.browser.open(fleet.url)
        self.browser.find("#reconcile").click()
        # It says so for a few seconds only.
        self.browser.until(lambda: "a cycle starts" in self.browser.text("#told"), "it says so")
        self.assertFalse(self.browser.find("#ask").is_displayed())
        fleet.until_summary(lambda s: s["ended"] != ended, "a cycle has run")

    def test_says_what_was_approved_meanwhile(self):
        fleet, _ = self.held()
        self.browser.open(fleet.url)
        self.browser.find(".approve").click()
        self.browser.find("#ask-token").send_keys(world.API_TOKEN)
        fleet.write("a.yaml", "\n---\n".join(world.spec(f"dev-{i}", ttl="8h") for i in range(12)))
        fleet.until_summary(lambda s: not s["held"], "the specs are as before")
        self.answer()
        self.browser.until(lambda: "no plan is held" in self.browser.text("#ask"), "nothing to approve any more")


class WithoutScripts(Console):
    scripts = False

    def test_there_is_no_dead_button_and_the_commands_stay(self):
        fleet, digest = self.held()
        self.browser.open(fleet.url)
        shown = [button.text for button in self.browser.all("button") if button.is_displayed()]
        self.assertEqual(shown, ["Filter"])
        self.assertIn(digest, self.browser.find(".command code").get_attribute("textContent"))
        self.assertEqual([dialog.is_displayed() for dialog in self.browser.all("dialog")], [False, False])

    def test_groups_sorts_and_rows_are_links(self):
        fleet = self.start(*world.small_fleet())
        fleet.until_first_cycle()
        self.browser.open(fleet.url)
        # The driver takes what a closed fold shows for hidden, and will not click it.
        self.browser.run("document.getElementById('f-group').value = 'label:team'")
        self.browser.find(".buttons button").click()
        self.assertEqual(self.browser.names(), ["shop", "without the label", "payments"])
        self.browser.find("a.name").click()
        self.assertEqual(sorted(self.browser.names()), ["bob/old", "bob/web", "nobody/ghost"])
        self.browser.open(fleet.url + "/?owner=bob")
        self.browser.driver.find_element(By.LINK_TEXT, "name").click()
        self.assertEqual(self.browser.names(), ["bob/old", "bob/web"])
        self.assertEqual(self.browser.find("th[aria-sort]").get_attribute("aria-sort"), "ascending")
        self.browser.driver.find_element(By.LINK_TEXT, "name ↑").click()
        self.assertEqual(self.browser.names(), ["bob/web", "bob/old"])
        self.browser.driver.find_element(By.LINK_TEXT, "Compact rows").click()
        self.assertEqual(self.browser.query(), "owner=bob&order=-name&rows=compact")


class Following(Console):
    def slow(self):
        """A page behind a proxy that lets nothing through yet."""
        fleet = self.start(*world.small_fleet())
        fleet.until_first_cycle()
        proxy = self.proxy_of(fleet)
        self.browser.open(proxy.url)
        self.browser.run(COUNTED)
        proxy.gate.clear()
        return proxy

    def until_looks(self, wanted, what):
        self.browser.until(lambda: self.browser.run(LOOKS) == wanted, what)

    def test_a_slow_page_is_shown_however_much_happens(self):
        proxy = self.slow()
        before = self.browser.text(".progress")
        for _ in range(5):
            self.browser.run(HAPPENED)
        self.assertEqual(self.browser.run(LOOKS), {"asked": 1, "given_up": 0, "ended": 0}, "one at a time")
        proxy.gate.set()
        self.until_looks({"asked": 2, "given_up": 0, "ended": 2}, "one more look, at what has happened since the first")
        self.browser.until(lambda: self.browser.text(".progress") != before, "it is shown")

    def test_another_view_does_not_wait_for_a_look(self):
        proxy = self.slow()
        self.browser.run(HAPPENED * 2)
        self.browser.find(".states a.warn").click()
        self.assertEqual(self.browser.run("return [looks.asked, looks.given_up]"), [2, 1])
        proxy.gate.set()
        self.browser.until(lambda: len(self.browser.names()) == 4, "those that need action")
        self.assertEqual(self.browser.run("return [looks.asked, looks.given_up]"), [2, 1], "that view is new enough")

    def test_what_happens_while_paused_is_not_looked_at(self):
        proxy = self.slow()
        self.browser.run(HAPPENED * 2)
        self.browser.find("#pause").click()
        proxy.gate.set()
        self.until_looks({"asked": 1, "given_up": 0, "ended": 1}, "the look under way ends")
        self.browser.run(HAPPENED)
        self.assertEqual(self.browser.run("return looks.asked"), 1)
        self.browser.find("#pause").click()
        self.browser.until(lambda: self.browser.run("return looks.ended") >= 2, "it looks when it is resumed")

    def test_a_look_that_hangs_is_given_up_and_said(self):
        proxy = self.slow()
        self.browser.run("window.patient = AbortSignal.timeout.bind(AbortSignal);"
                         "AbortSignal.timeout = () => patient(50);" + HAPPENED)
        self.browser.until(lambda: "No response" in self.browser.text("#contact"), "it says so")
        self.assertEqual(self.browser.run("return looks.given_up"), 1)
        self.browser.run("AbortSignal.timeout = patient")
        proxy.gate.set()
        self.browser.run(HAPPENED)
        self.browser.until(lambda: self.browser.text("#contact") == "", "the daemon answers again")

    def test_rows_that_change_places_stay_what_they_are(self):
        fleet = self.of_one_owner(5)
        fleet.until_summary(lambda s: s["reasons"]["InSync"] == 5, "all are in sync")
        self.browser.open(fleet.url)
        rows = [f"alice/ws-{i:03}" for i in range(5)]
        self.assertEqual(self.browser.names(), rows)
        self.browser.run("window.marked = [...document.querySelectorAll('.rows > tbody > tr')];"
                         "document.getElementById('w-alice/ws-001').focus();"
                         "document.getElementById('w-alice/ws-000-fields').open = true;")

        def suspend(*numbers):
            paused = {"coder-reconciler/suspend": "true"}
            fleet.write("a.yaml", "\n---\n".join(
                world.spec(f"ws-{i:03}", ttl="8h", annotations=paused if i in numbers else None) for i in range(5)))
            first = [rows[i] for i in numbers]
            wanted = first + [row for row in rows if row not in first]
            self.browser.until(lambda: self.browser.names() == wanted, f"the order is {wanted}")
            self.assertEqual(self.browser.run(FOCUS), "w-alice/ws-001")
            self.assertTrue(self.browser.run("return document.getElementById('w-alice/ws-000-fields').open"))
            self.assertTrue(self.browser.run("return marked.every((row) => row === document.getElementById(row.id))"))

        suspend(4)
        suspend(1, 4)
        suspend()
        self.assertEqual(self.browser.complaints(), [])


class Looking(Console):
    def test_file_and_line_lead_to_the_forge(self):
        seed, files = world.small_fleet()
        fleet = self.start(seed, {**files, ".git/HEAD": "0123456789abcdef0123456789abcdef01234567\n"},
                           daemon=["--source-url", "https://forge.example.com/specs/blob/{revision}/{path}#L{line}"])
        fleet.until_first_cycle()
        self.browser.open(fleet.url + "/?owner=bob&q=web")
        where = "https://forge.example.com/specs/blob/0123456789abcdef0123456789abcdef01234567"
        self.assertEqual(self.browser.find(".rows .source a").get_attribute("href"), where + "/team.yaml#L25")
        self.assertEqual(self.browser.find("#specs .source a").get_attribute("href"), where + "/broken.yaml#L8")
        self.readable()
        self.assertEqual(self.browser.complaints(), [])

    def test_groups_lead_to_their_rows_in_place(self):
        fleet = self.start(*world.small_fleet())
        fleet.until_first_cycle()
        self.browser.open(fleet.url + "/?group=owner")
        self.assertEqual(self.browser.names(), ["carol", "bob", "nobody", "alice"])
        row = self.browser.find(".groups tbody tr")
        self.assertEqual([cell.text for cell in row.find_elements(By.TAG_NAME, "td")],
                         ["3", "0", "0", "1 (33 %)", "0", "2 (67 %)", "0"])
        self.readable()
        self.browser.shot("groups")
        self.browser.find("a.name").click()
        self.browser.until(lambda: len(self.browser.names()) == 3 and "carol/gone" in self.browser.names(), "its rows")
        self.assertEqual(self.browser.query(), "owner=carol")
        self.browser.driver.back()
        self.browser.until(lambda: "alice" in self.browser.names(), "the groups again")
        self.browser.screen("hand")
        self.assertEqual(self.browser.run("return document.documentElement.scrollWidth"), 390)
        self.assertEqual(self.browser.complaints(), [])

    def test_keys_move_and_leave_typing_alone(self):
        fleet = self.start(*world.small_fleet())
        fleet.until_first_cycle()
        self.browser.open(fleet.url + "/?order=owner")
        body = self.browser.find("body")
        body.send_keys("j")
        self.assertEqual(self.browser.run(FOCUS), "w-alice/dev-0")
        self.browser.driver.switch_to.active_element.send_keys("jj")
        self.assertEqual(self.browser.run(FOCUS), "w-alice/dev-10")
        self.browser.driver.switch_to.active_element.send_keys("k")
        self.assertEqual(self.browser.run(FOCUS), "w-alice/dev-1")
        self.browser.driver.switch_to.active_element.send_keys(Keys.CONTROL, "j")
        self.assertEqual(self.browser.run(FOCUS), "w-alice/dev-1", "with a modifier it is the browser's")
        # The page looks again, and the row keeps the focus.
        before = self.browser.text(".progress")
        self.browser.run("document.dispatchEvent(new Event('visibilitychange'))")
        self.browser.until(lambda: self.browser.text(".progress") != before, "it has looked again")
        self.assertEqual(self.browser.run(FOCUS), "w-alice/dev-1")
        self.browser.driver.switch_to.active_element.send_keys("/")
        self.assertEqual(self.browser.run(FOCUS), "f-q")
        self.browser.driver.switch_to.active_element.send_keys("jk?/")
        self.assertEqual(self.browser.find("#f-q").get_attribute("value"), "jk?/")
        self.browser.find("#f-q").clear()
        self.browser.find("#f-q").send_keys(Keys.ESCAPE)
        self.assertNotEqual(self.browser.run(FOCUS), "f-q")
        self.browser.find("body").send_keys("?")
        keys = self.browser.find("#keys")
        self.assertTrue(keys.is_displayed())
        self.readable()
        keys.send_keys("j")
        self.assertTrue(keys.is_displayed())
        self.browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
        self.assertFalse(keys.is_displayed())
        self.browser.open(fleet.url + "/?owner=carol&q=gone")
        self.browser.find("body").send_keys("j")
        self.browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
        self.browser.until(lambda: self.browser.driver.current_url == fleet.url + "/w/carol/gone",
                           "a row opens its own page, what Coder does not have too")
        self.browser.open(fleet.url + "/?group=owner")
        self.browser.find("body").send_keys("j")
        self.browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
        self.browser.until(lambda: "owner=carol" in self.browser.query(), "a group opens its rows")
        self.assertEqual(self.browser.complaints(), [])

    def test_compact_rows_are_many_on_a_screen(self):
        fleet = self.of_one_owner(60)
        fleet.until_summary(lambda s: s["reasons"]["InSync"] == 60, "all are in sync")
        self.browser.screen("wide")
        self.browser.open(fleet.url + "/?rows=compact")
        self.assertGreaterEqual(self.browser.run(WHOLE_ROWS), 25)
        self.readable()
        self.browser.shot("compact")

    def test_a_phone_shows_the_first_workspace_at_once(self):
        self.browser.screen("hand")
        fleet = self.of_one_owner(5)
        fleet.until_summary(lambda s: s["reasons"]["InSync"] == 5, "all are in sync")
        self.browser.open(fleet.url)
        self.assertLess(self.browser.run(FIRST_ROW), 400, "in sync")
        fleet.coder.stop()
        fleet.reconcile()
        fleet.until_summary(lambda s: s["result"] == "failed", "Coder is away")
        self.browser.open(fleet.url)
        self.assertIn("Coder could not be read", self.browser.text(".alert"))
        self.assertNotIn("Last successful cycle", self.browser.text(".alert"))
        self.assertLess(self.browser.run(FIRST_ROW), 400, "in an outage")
        self.browser.find(".alert summary").click()
        self.assertIn("Last successful cycle", self.browser.text(".alert"))

        fleet, _ = self.held()
        self.browser.open(fleet.url)
        self.assertTrue(self.browser.find(".approve").is_displayed())
        self.assertLess(self.browser.run(FIRST_ROW), 400, "held")
        self.assertEqual(self.browser.run("return document.documentElement.scrollWidth"), 390)

    def test_what_is_folded_on_a_phone_is_open_where_there_is_room(self):
        fleet = self.start(*world.small_fleet())
        fleet.until_first_cycle()
        seen = "return document.querySelector(arguments[0]).checkVisibility({contentVisibilityAuto: true})"
        for screen, there in (("hand", False), ("desktop", True)):
            self.browser.screen(screen)
            self.browser.open(fleet.url)
            self.assertEqual(self.browser.run(seen, ".alert details p"), there, screen)
            self.assertEqual(self.browser.run(seen, "#f-reason"), there, screen)
            self.assertEqual(self.browser.run(seen, "#more-filters > summary"), not there, screen)
        self.browser.screen("hand")
        self.browser.open(fleet.url + "/?owner=carol")
        self.assertTrue(self.browser.find("#f-owner").is_displayed(), "a filter that is set is seen")

    def test_where_css_cannot_open_folds_the_script_does(self):
        self.browser.without_selector("::details-content")
        fleet, _ = self.held()
        opened = "return [...document.querySelectorAll('.unfold')].map((fold) => fold.open)"
        for screen, there in (("hand", False), ("desktop", True)):
            self.browser.screen(screen)
            self.browser.open(fleet.url)
            self.assertEqual(set(self.browser.run(opened)), {there}, screen)
        self.browser.run("document.getElementById('more-filters').open = false")
        self.browser.run("document.getElementById('alert-1').remove()")
        self.browser.run("document.dispatchEvent(new Event('happened'))")
        world.wait_until(lambda: self.browser.run("return document.getElementById('alert-1')?.open === true"),
                         "an alert that comes is open")
        self.assertFalse(self.browser.run("return document.getElementById('more-filters').open"), "what was closed stays so")


if __name__ == "__main__":
    unittest.main()
