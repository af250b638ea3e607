#!/usr/bin/env python3
"""README.md can be read by a person, and every link in it, in .github/CONTRIBUTING.md, in deploy/docs/ and in the runbook leads to a file and a heading that are
there. What is installed links to nothing that is not."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCS = ROOT / "deploy/docs"
RUNBOOK = ROOT / "deploy/prometheus/runbook.md"
MOST_LINES = 350


def prose(path):
    return re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.S | re.M)


def anchors(path):
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", prose(path), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(path):
    return re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", prose(path)))


def main():
    wrong = []
    readme = ROOT / "README.md"
    sources = [readme, ROOT / ".github/CONTRIBUTING.md"]  # of the repository alone
    pages = sorted(DOCS.glob("*.md"))
    if (lines := len(readme.read_text().splitlines())) > MOST_LINES:
        wrong.append(f"README.md has {lines} lines, more than {MOST_LINES}")
    seen = 0
    for page in [*sources, *pages, RUNBOOK]:
        for link in links(page):
            if re.match(r"[a-z]+:", link):
                continue
            seen += 1
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            if not target.is_file():
                wrong.append(f"{page.relative_to(ROOT)}: {link} is not there")
            elif anchor and anchor not in anchors(target):
                wrong.append(f"{page.relative_to(ROOT)}: {link} has no such heading")
            elif page not in sources and target not in (*pages, RUNBOOK):
                wrong.append(f"{page.relative_to(ROOT)}: {link} is not installed beside it")
    unlinked = [page.name for page in pages if f"](deploy/docs/{page.name})" not in readme.read_text()]
    wrong += [f"README.md does not link to deploy/docs/{name}" for name in unlinked]
    for message in wrong:
        print(message, file=sys.stderr)
    print(f"{seen} links of {len(pages) + 3} pages, {len(wrong)} wrong")
    return 1 if wrong or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
