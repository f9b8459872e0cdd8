"""Badges for mybinder.org in README and notebooks: ``make badges``, once the repository has its public address.

Until then README tells how to open Binder without them. Run again, it replaces what it wrote.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Final
from urllib.parse import quote

FIRST: Final = "lab/tree/notebooks/01_first_treatment.ipynb"
DASHBOARDS: Final = "voila/render/notebooks/dashboards/home.ipynb"
SECTION: Final = re.compile(r"(?<=<!-- binder -->\n).*?(?=<!-- end of binder -->)", re.DOTALL)
BADGE: Final = re.compile(r"\n*\[!\[Binder\]\(\S+\)\]\(https://mybinder\.org/\S+\)\n*")
ON_GITHUB: Final = re.compile(r"(?:https://|ssh://git@|git@)github\.com[/:](?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?")


def badge(repository: str, path: str) -> str:
    """A badge that opens a path of the server, in Markdown.

    Parameters
    ----------
    repository : ``organisation/name`` on GitHub.
    """
    return f"[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/{repository}/HEAD?urlpath={quote(path, safe='')})"


def write_readme(readme: Path, repository: str) -> None:
    """Put the badges of the first notebook and of all dashboards between README's two marks."""
    text = readme.read_text(encoding="utf-8")
    if SECTION.search(text) is None:
        raise SystemExit(f"badges: {readme.name}: found no <!-- binder --> … <!-- end of binder -->, expected both marks")
    rows = f"\n{badge(repository, FIRST)} the course, from its first notebook\n\n{badge(repository, DASHBOARDS)} the dashboards alone\n\n"
    readme.write_text(SECTION.sub(lambda _: rows, text), encoding="utf-8")


def write_notebook(notebook: Path, repository: str) -> None:
    """Put the notebook's own badge at the end of its first cell."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    first = content["cells"][0]
    words = BADGE.sub("", "".join(first["source"])).rstrip("\n")
    text = f"{words}\n\n{badge(repository, f'lab/tree/notebooks/{notebook.name}')}"
    first["source"] = text.splitlines(keepends=True)
    notebook.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def origin(folder: Path) -> str:
    """``organisation/name`` of the git remote ``origin``, where that is on GitHub."""
    command = ["git", "remote", "get-url", "origin"]
    asked = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - a command of our own
    address = asked.stdout.strip()
    found = ON_GITHUB.fullmatch(address)
    if found is None:
        raise SystemExit(f"badges: remote origin: found {address or 'none'}, expected an address on github.com, or REPO=organisation/name")
    return found["name"]


def main() -> None:
    """Write all badges of a working tree."""
    wanted = argparse.ArgumentParser(prog="badges", description=__doc__)
    wanted.add_argument("--repository", metavar="ORGANISATION/NAME", help="on GitHub; otherwise that of the remote origin")
    wanted.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parents[1], help="the working tree")
    given = wanted.parse_args()
    repository = given.repository or origin(given.folder)
    if re.fullmatch(r"[\w.-]+/[\w.-]+", repository) is None:
        raise SystemExit(f"badges: repository: found {repository!r}, expected organisation/name")
    write_readme(given.folder / "README.md", repository)
    notebooks = sorted((given.folder / "notebooks").glob("[0-9]*.ipynb"))
    for notebook in notebooks:
        write_notebook(notebook, repository)
    sys.stdout.write(f"README.md and {len(notebooks)} notebooks now lead to {repository} on mybinder.org\n")


if __name__ == "__main__":
    main()
