"""The page while the daemon goes through what pages are looked at for."""

import time
import unittest

import world
from browser import CONTRAST, Browser

# Seconds, a hundred times what it takes, for machines that do other things, too. The first page waits for the browser.
INTERACTION = 10
FIRST_PAGE = 45


class Changing(unittest.TestCase):
    def setUp(self):
        self.browser = Browser()
        self.addCleanup(self.browser.close)

    def start(self, seed, files, **more):
        fleet = world.World(seed, files, **more)
        self.addCleanup(fleet.__exit__)
        return fleet

    def test_a_held_plan_is_shown_with_commands_that_let_it_go(self):
        seed, _ = world.small_fleet()
        fleet = self.start(seed, {"a.yaml": "\n---\n".join(world.spec(f"dev-{i}", ttl="4h") for i in range(12))},
                           daemon=["--max-changes", "3"])
        digest = fleet.until_summary(lambda s: s["held"], "the plan is held")["digest"]
        self.browser.open(fleet.url)
        self.assertIn("The plan is held: it would change 12 workspaces, more than the limit of 3",
                      self.browser.text(".alert"))
        self.assertEqual(self.browser.text("#digest"), digest)
        commands = [element.get_attribute("textContent") for element in self.browser.all(".command code")]
        self.assertIn(f"coder-reconciler apply --approve {digest} {fleet.specs}", commands[1])
        self.assertIn("ttl: 8h → 4h", self.browser.text("#planned"))
        self.assertNotIn(world.API_TOKEN, self.browser.driver.page_source)
        self.assertNotIn(world.CODER_TOKEN, self.browser.driver.page_source)
        for scheme in ("light", "dark"):
            self.browser.scheme(scheme)
            self.assertEqual(self.browser.run(CONTRAST)["bad"], [])
            self.browser.shot(f"held-{scheme}")
        self.browser.screen("phone")
        self.assertEqual(self.browser.run("return document.documentElement.scrollWidth"), 375)
        self.browser.shot("held-phone")
        self.browser.screen("desktop")
        # The command as it is shown, run by a shell on the daemon's machine.
        approve = world.Program(["sh", "-c", commands[0]])
        approve.match("executed in the next cycle")
        approve.stop()
        fleet.until_summary(lambda s: s["reasons"]["InSync"] == 12, "the plan has been carried out")
        # The page follows by itself.
        self.browser.until(lambda: self.browser.text("h1") == "All 12 in sync", "the page has followed")
        self.assertEqual(self.browser.run("return document.getElementById('news').textContent"), "All 12 in sync")
        self.assertEqual(self.browser.complaints(), [])

    def test_errors_carry_coders_request_id_and_outages_are_said(self):
        fleet = self.start(*world.small_fleet())
        fleet.until_first_cycle()
        fleet.control("fault", {"kind": "status", "status": 400, "method": "PUT", "message": "Invalid TTL",
                                "detail": "too long for this template"})
        fleet.control("drift", {"owner": "alice", "name": "dev-0", "ttl_ms": 3_600_000})
        fleet.reconcile()
        fleet.until_summary(lambda s: s["reasons"]["Rejected"] == 1, "the write is refused")
        error = fleet.json("/api/v1/workspaces/alice/dev-0")["error"]
        self.browser.open(fleet.url + "/?reason=Rejected")
        row = self.browser.text("[id='w-alice/dev-0']")
        for text in ("Invalid TTL", "too long for this template", error["requestId"], "1h", "8h"):
            self.assertIn(text, row)
        self.browser.shot("errors")
        self.browser.open(fleet.url + "/?q=" + error["requestId"])
        self.assertEqual(self.browser.names(), ["alice/dev-0"], "the id from Coder's log finds the workspace")

        fleet.coder.stop()
        fleet.reconcile()
        fleet.until_summary(lambda s: s["result"] == "failed", "Coder is away")
        self.browser.open(fleet.url)
        self.assertIn("Coder could not be read", self.browser.text(".alert.bad"))
        self.assertIn("unknown", self.browser.text("h1"))
        for scheme in ("light", "dark"):
            self.browser.scheme(scheme)
            self.assertEqual(self.browser.run(CONTRAST)["bad"], [])
            self.browser.shot(f"away-{scheme}")
        self.assertEqual(self.browser.complaints(), [])

        fleet.daemon.stop()
        self.browser.run("document.dispatchEvent(new Event('visibilitychange'))")
        self.browser.until(lambda: "No response from the daemon" in self.browser.text("#contact"), "it says so")
        self.assertIn("unknown", self.browser.text("h1"), "what was last known stays")

    def test_ten_thousand_workspaces_stay_fluid(self):
        teams = {f"team-{t}.yaml": "\n---\n".join(
            world.spec(f"ws-{i}", f"user-{t}", ttl="8h", labels={"team": f"t{t % 7}"},
                       reconcilePolicy={"create": False}) for i in range(100)) for t in range(100)}
        fleet = self.start({"users": [{"name": f"user-{t}"} for t in range(100)],
                            "templates": [{"name": "docker", "versions": ["v1"]}], "workspaces": []}, teams)
        fleet.until_first_cycle()
        took = {}

        def timed(what, action, done, within=INTERACTION):
            begun = time.monotonic()
            action()
            self.browser.until(done, what)
            took[what] = time.monotonic() - begun
            self.assertLess(took[what], within, what)

        timed("open", lambda: self.browser.open(fleet.url), lambda: len(self.browser.names()) == 50, FIRST_PAGE)
        self.assertLess(len(self.browser.driver.page_source), 200_000)
        self.browser.shot("fleet")
        timed("next page", lambda: self.browser.find(".pager [rel=next]").click(),
              lambda: "Page 2 of 200" in self.browser.text(".pager"))
        timed("last page", lambda: self.browser.find(".pager .last").click(),
              lambda: "Page 200 of 200" in self.browser.text(".pager"))
        timed("type", lambda: self.browser.find("#f-q").send_keys("user-77/ws-9"),
              lambda: self.browser.text("#shown") == "11 of 10000 match")
        timed("label", lambda: self.browser.open(fleet.url + "/?label=team%3Dt3&page=3"),
              lambda: "101 to 150 of 1400 that match" in self.browser.text("#shown"))
        print("\n10000 workspaces, seconds:", {key: round(value, 2) for key, value in took.items()})
        status, _, text = fleet.get("/api/v1/workspaces?label=team%3Dt3&limit=1000&offset=500")
        self.assertEqual(status, 200)
        self.assertEqual(text.count('"owner"'), 900)
        self.assertEqual(self.browser.complaints(), [])


if __name__ == "__main__":
    unittest.main()
