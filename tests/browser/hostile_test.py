"""Specs and Coder's answers that would like to be more than text."""

import json
import unittest

import world
from browser import Browser

SCRIPT = "<script>window.harmed=1;alert(1)</script>"
IMAGE = "\"><img src=x onerror=\"window.harmed=1;alert(1)\">"
TURNED = "gpj\u202eexe\u2066"


class Hostile(unittest.TestCase):
    def test_stays_text(self):
        annotations = {"coder-reconciler/suspend": f"until 2999-12-24: {SCRIPT}{IMAGE}{TURNED}"}
        documents = [
            world.spec("suspended", annotations=annotations, ttl="8h"),
            world.spec("parameters", parameters={"x": SCRIPT, "y": IMAGE, "z": TURNED},
                       reconcilePolicy={"create": False}),
            world.spec("refused", ttl="8h"),
            # Refused by the loader, and then quoted by its diagnostics.
            world.spec(SCRIPT), world.spec("a", owner=IMAGE), world.spec("b", template=TURNED),
            world.spec("c", labels={"team": SCRIPT}), world.spec("d", labels={IMAGE: "x"}),
            json.dumps({"apiVersion": "coder-reconciler/v1", "kind": "Workspace", SCRIPT: IMAGE}),
        ]
        seed = {"users": [{"name": "alice"}], "templates": [{"name": "docker", "versions": ["v1"]}],
                "workspaces": [{"owner": "alice", "name": name, "template": "docker", "ttl_ms": 3_600_000}
                               for name in ("suspended", "refused")]}
        file = "<img src=x onerror=alert(1)> 'x' \u202e.yaml"
        with world.World(seed, {file: "\n---\n".join(documents)}) as fleet:
            # Drift before our own write is seen would be taken for Coder's own will, and waited out.
            fleet.until_summary(lambda s: s["reasons"]["InSync"] == 1, "the first write is seen")
            fleet.control("fault", {"kind": "status", "status": 400, "method": "PUT", "message": SCRIPT + TURNED,
                                    "detail": IMAGE})
            fleet.control("drift", {"owner": "alice", "name": "refused", "ttl_ms": 1_800_000})
            fleet.reconcile()
            fleet.until_summary(lambda s: s["reasons"]["Rejected"] == 1, "Coder's answer is there")
            for scripts in (True, False):
                with self.subTest(scripts=scripts):
                    browser = Browser(scripts=scripts)
                    self.addCleanup(browser.close)
                    for query in ("", "?q=%3Cscript%3Ealert(1)%3C/script%3E&owner=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E"
                                      "&reason=%3Cb%3E&label=%3Ci%3E&template='onload='alert(1)&%3Cu%3E=1"):
                        browser.open(fleet.url + "/" + query)
                        self.harmless(browser)
                    browser.open(fleet.url)
                    text = browser.text("main")
                    for shown in (SCRIPT, "<img src=x onerror=", "\\u202e", "\\u2066"):
                        self.assertIn(shown, text)
                    self.assertNotIn("\u202e", text)
                    browser.shot("hostile")

    def harmless(self, browser):
        found = browser.run("""return {
            harmed: window.harmed ?? null,
            foreign: document.querySelectorAll('img, iframe, object, embed, svg:not(.shares), main b i, u').length,
            scripts: document.scripts.length, sheets: document.querySelectorAll('style').length,
            handlers: [...document.querySelectorAll('*')].filter(
                (e) => [...e.attributes].some((a) => a.name.startsWith('on') || a.name === 'style')).length,
            links: [...document.links].filter((a) => !['http:', 'https:'].includes(a.protocol)).length}""")
        self.assertEqual(found, {"harmed": None, "foreign": 0, "scripts": 3, "sheets": 2, "handlers": 0, "links": 0})
        self.assertEqual(browser.complaints(), [])


class Headers(unittest.TestCase):
    def test_the_page_allows_nothing_but_itself(self):
        with world.World(*world.small_fleet()) as fleet:
            status, headers, text = fleet.get("/")
            self.assertEqual(status, 200)
            policy = headers["Content-Security-Policy"]
            for rule in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "script-src 'sha256-"):
                self.assertIn(rule, policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(headers["Cache-Control"], "no-store")
            for secret in (world.API_TOKEN, world.CODER_TOKEN):
                self.assertNotIn(secret, text)
            browser = Browser()
            self.addCleanup(browser.close)
            browser.open(fleet.url)
            # A script that somebody managed to put there would not run, and the console would say why.
            browser.run("const s = document.createElement('script'); s.textContent = 'window.harmed = 1';"
                        "document.body.append(s)")
            self.assertIsNone(browser.run("return window.harmed ?? null"))
            self.assertTrue(any("Content Security Policy" in line for line in browser.complaints()))


if __name__ == "__main__":
    unittest.main()
