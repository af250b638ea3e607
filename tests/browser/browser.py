"""Headless Chromium, and what a person would do in it."""

import base64
import json
import os
import pathlib

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from world import BUILD, PATIENCE, wait_until

SHOTS = BUILD / "tests" / "browser" / "screenshots"
AXIS = {"desktop": (1280, 900), "phone": (375, 812), "wide": (1400, 900), "hand": (390, 844)}


class Browser:
    def __init__(self, scripts=True):
        options = Options()
        options.binary_location = os.environ.get("CR_CHROMIUM", "/usr/bin/chromium")
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                         "--disable-extensions", "--no-first-run", "--force-color-profile=srgb"):
            options.add_argument(argument)
        if not scripts:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        options.page_load_strategy = "normal"
        self.driver = webdriver.Chrome(
            service=Service(os.environ.get("CR_CHROMEDRIVER", "/usr/bin/chromedriver")), options=options)
        self.driver.set_page_load_timeout(PATIENCE)
        self.driver.set_script_timeout(PATIENCE)
        self.screen("desktop")
        self.scheme("light")

    def close(self):
        self.driver.quit()

    def open(self, url):
        self.driver.get(url)

    def screen(self, name):
        width, height = AXIS[name]
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": name in ("phone", "hand")})

    def scheme(self, name):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": name}]})

    def without_selector(self, selector):
        """Pages that are opened from now on find that the browser does not know it."""
        self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": f"""
            const supports = CSS.supports.bind(CSS);
            CSS.supports = (...asked) => asked[0] !== {json.dumps(f"selector({selector})")} && supports(...asked);"""})

    def shot(self, name):
        """Writes a picture of the page from its top, for people to look at."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        picture = self.driver.execute_cdp_cmd("Page.captureScreenshot", {
            "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 2600), "scale": 1}})
        (SHOTS / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))

    def run(self, script, *arguments):
        """What the script returns; works on pages that may run no scripts of their own, too."""
        return self.driver.execute_script(script, *arguments)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector="body"):
        return self.find(selector).text

    def names(self):
        return [element.text for element in self.all("table.rows .name")]

    def query(self):
        url = self.driver.current_url
        return url.partition("?")[2]

    def until(self, condition, what):
        """Waits for the page; what goes while it is read is read again."""
        def look():
            try:
                return condition()
            except (StaleElementReferenceException, NoSuchElementException):
                return False
        return wait_until(look, what)

    def complaints(self):
        """What the console holds that is an error: violations of the policy are."""
        return [json.dumps(entry) for entry in self.driver.get_log("browser")
                if entry["level"] in ("SEVERE", "WARNING")]


# The contrast of every text on the page with the ground that it stands on, as the browser computed both: texts with
# less than WCAG's AA asks for.
CONTRAST = """
const parse = (text) => {
  const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
  return {r, g, b, a};
};
const luminance = ({r, g, b}) => {
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
};
const groundOf = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const colour = parse(getComputedStyle(e).backgroundColor);
    if (colour.a === 1) return colour;
  }
  return {r: 255, g: 255, b: 255};
};
const bad = [];
let looked = 0;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.nodeValue.trim() || !element.checkVisibility() ||
      ['SCRIPT', 'STYLE', 'OPTION'].includes(element.tagName)) continue;
  const style = getComputedStyle(element);
  const [a, b] = [luminance(parse(style.color)) + 0.05, luminance(groundOf(element)) + 0.05];
  const ratio = Math.max(a, b) / Math.min(a, b);
  ++looked;
  if (ratio < 4.5) bad.push(`${ratio.toFixed(2)}: ${element.tagName}.${element.className}: ` +
                            walker.currentNode.nodeValue.trim().slice(0, 40));
}
return {looked, bad};
"""
