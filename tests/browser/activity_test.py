"""What has happened, the page of a workspace, and that pages follow at once."""

import json
import unittest
import urllib.request

import world
from browser import CONTRAST, Browser
from selenium.webdriver.support.ui import Select


class Activity(unittest.TestCase):
    def start(self, *fleet, **more):
        made = world.World(*fleet, **more)
        self.addCleanup(made.__exit__)
        made.until_first_cycle()
        return made

    def browse(self, scripts=True):
        browser = Browser(scripts=scripts)
        self.addCleanup(browser.close)
        return browser

    @staticmethod
    def drift(fleet, name="dev-0", ttl_ms=1_800_000):
        """Somebody sets a TTL, and the daemon sets it back. The number of the newest event then."""
        newest = fleet.json("/api/v1/events")["newest"]
        fleet.control("drift", {"owner": "alice", "name": name, "ttl_ms": ttl_ms})
        fleet.reconcile()
        return world.wait_until(
            lambda: (e := fleet.json(f"/api/v1/events?since={newest}&kind=action")["events"]) and e[-1]["number"],
            "the write has happened")

    def look(self, browser, name):
        """Wide and in the hand, light and dark: it can be read and fits."""
        for screen in ("wide", "hand"):
            browser.screen(screen)
            for scheme in ("light", "dark"):
                browser.scheme(scheme)
                found = browser.run(CONTRAST)
                self.assertEqual(found["bad"], [], f"{name} {screen} {scheme}")
                widths = browser.run("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
                self.assertEqual(widths[0], widths[1], f"{name} {screen}")
                browser.shot(f"{name}-{screen}-{scheme}")
        browser.screen("desktop")
        browser.scheme("light")

    def test_what_happens_is_on_three_pages_with_and_without_scripts(self):
        fleet = self.start(*world.small_fleet())
        number = self.drift(fleet)
        for scripts in (False, True):
            with self.subTest(scripts=scripts):
                browser = self.browse(scripts)
                browser.open(fleet.url)
                item = browser.text(f"#activity #e-{number}")
                for text in ("done", "alice/dev-0", "ttl: 30m → 8h"):
                    self.assertIn(text, item)
                if scripts:
                    self.look(browser, "status")
                browser.find("#activity .further a").click()
                browser.until(lambda: browser.text("h1") == "Activity", "the page of activity")
                self.assertIn("ttl: 30m → 8h", browser.text(f"#e-{number}"))
                self.look(browser, f"activity-{'with' if scripts else 'without'}")
                Select(browser.find("#f-kind")).select_by_value("drift")
                browser.find("#event-filters button").click()
                browser.until(lambda: "kind=drift" in browser.query(), "the filter is in the URL")
                self.assertIn("ttl is 30m, declared 8h", browser.text(".events"))
                self.assertEqual(browser.all(f"#e-{number}"), [], "the write is no drift")
                browser.find(".events a.name").click()
                browser.until(lambda: browser.driver.current_url == fleet.url + "/w/alice/dev-0", "its own page")
                text = browser.text("main")
                for shown in ("alice/dev-0", "InSync", "ttl", "8h", "team.yaml:1", "as declared", "the spec",
                              "ttl: 30m → 8h", "ttl is 30m, declared 8h", "explain alice/dev-0"):
                    self.assertIn(shown, text)
                self.look(browser, f"workspace-{'with' if scripts else 'without'}")
                browser.find(".pages a").click()
                browser.until(lambda: browser.driver.current_url == fleet.url + "/", "back")
                self.assertEqual(browser.complaints(), [])

    def test_a_workspace_that_waits_for_a_person_has_a_page_that_says_what_to_do(self):
        fleet = self.start(*world.small_fleet())
        browser = self.browse()
        browser.open(fleet.url + "/?owner=bob")
        browser.find("[id='w-bob/web'] a.name").click()
        browser.until(lambda: browser.driver.current_url == fleet.url + "/w/bob/web", "its page")
        for shown in ("Drifted", "4h", "8h", "the owner: the spec only reports what differs", "start", "none by itself"):
            self.assertIn(shown, browser.text("main"))
        browser.run("for (const d of document.querySelectorAll('details')) d.open = true")
        self.look(browser, "drifted")
        browser.open(fleet.url + "/w/bob/nobody")
        self.assertIn("bob/nobody is not declared", browser.text("h1"))
        self.look(browser, "unknown")
        browser.find("#fields a").click()
        browser.until(lambda: browser.query() == "q=nobody", "it leads to what is alike")

    def test_pages_follow_at_once(self):
        fleet = self.start(*world.small_fleet())
        for path in ("/", "/activity", "/w/alice/dev-1"):
            with self.subTest(path=path):
                browser = self.browse()
                browser.open(fleet.url + path)
                # Without the look each ten seconds only the stream can tell.
                browser.run("window.heard = 0; document.addEventListener('happened', () => ++window.heard);"
                            "const timer = setTimeout; for (let i = timer(() => {}, 0); i > 0; --i) clearTimeout(i);"
                            "window.setTimeout = (f, ms) => ms >= 10000 ? 0 : timer(f, ms);")
                number = self.drift(fleet, "dev-1", 1_200_000 if path == "/" else 2_400_000)
                browser.until(lambda: browser.all(f"#e-{number}"), "the page shows it")
                self.assertGreater(browser.run("return window.heard"), 0)
                self.assertEqual(browser.complaints(), [])

    def test_a_page_that_nobody_sees_holds_no_connection(self):
        fleet = self.start(*world.small_fleet())
        browser = self.browse()
        browser.open(fleet.url)
        browser.run("window.open_ = 0; const Real = EventSource;"
                    "window.EventSource = class extends Real {"
                    "  constructor(url) { super(url); ++window.open_; }"
                    "  close() { --window.open_; super.close(); } };"
                    "window.EventSource.CLOSED = Real.CLOSED;")
        see = "Object.defineProperty(document, 'hidden', {configurable: true, value: %s});" \
              "document.dispatchEvent(new Event('visibilitychange')); return window.open_"
        browser.run(see % "true")
        self.assertEqual(browser.run(see % "false"), 1)
        self.assertEqual(browser.run(see % "true"), 0)

    def test_the_stream_is_what_a_program_can_follow(self):
        fleet = self.start(*world.small_fleet())
        page = fleet.json("/api/v1/events")
        number = self.drift(fleet)
        with urllib.request.urlopen(
                f"{fleet.url}/api/v1/events/stream?since={page['newest']}&epoch={page['epoch']}&kind=action",
                timeout=world.PATIENCE) as stream:
            self.assertEqual(stream.headers["Content-Type"], "text/event-stream; charset=utf-8")
            for line in stream:
                if line.startswith(b"data: "):
                    break
        event = json.loads(line[len(b"data: "):])
        self.assertEqual((event["number"], event["owner"], event["name"], event["field"], event["from"], event["to"]),
                         (number, "alice", "dev-0", "ttl", "30m", "8h"))
        self.assertTrue(event["requestId"])

    def test_a_mass_of_changes_is_counted_and_what_was_before_stays(self):
        live = [{"owner": f"user-{t}", "name": f"ws-{i}", "template": "docker", "ttl_ms": 3_600_000}
                for t in range(20) for i in range(20)]
        documents = {f"t-{t}.yaml": "\n---\n".join(world.spec(f"ws-{i}", f"user-{t}", ttl="8h") for i in range(20))
                     for t in range(20)}
        fleet = self.start({"users": [{"name": f"user-{t}"} for t in range(20)],
                            "templates": [{"name": "docker", "versions": ["v1"]}], "workspaces": live}, documents)
        digest = fleet.until_summary(lambda s: s["held"], "400 are held")["digest"]
        browser = self.browse()
        browser.open(fleet.url)
        self.look(browser, "held-activity")
        status, _, _ = world.fetch(f"{fleet.url}/-/approve?digest={digest}", "POST", b"",
                                   {"Authorization": f"Bearer {world.API_TOKEN}"})
        self.assertEqual(status, 202)
        fleet.until_summary(lambda s: s["reasons"]["InSync"] == 400, "all are as declared")

        def all_of_them():
            events = fleet.json("/api/v1/events?kind=action&limit=1000")["events"]
            return events if sum(event["count"] for event in events) == 400 else None

        # The summary is there first: whoever hears of a cycle's end finds it.
        events = world.wait_until(all_of_them, "none is lost")
        self.assertLess(len(events), 50)
        kinds = [event["kind"] for event in fleet.json("/api/v1/events?limit=1000")["events"]]
        self.assertIn("held", kinds)
        self.assertIn("approval", kinds)
        browser.open(fleet.url + "/activity")
        self.assertIn("380 more alike", browser.text(".events"))
        self.look(browser, "mass")

    def test_an_outage_is_told(self):
        fleet = self.start(*world.small_fleet())
        fleet.coder.stop()
        fleet.reconcile()
        fleet.until_summary(lambda s: s["result"] == "failed", "Coder is away")
        browser = self.browse()
        browser.open(fleet.url + "/activity")
        self.assertIn("cycles fail", browser.text(".events"))
        browser.open(fleet.url + "/w/alice/dev-0")
        self.assertIn("last known state", browser.text("#condition"))
        self.look(browser, "away-workspace")


if __name__ == "__main__":
    unittest.main()
