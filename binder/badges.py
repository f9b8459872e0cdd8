"""The badges for mybinder.org in README and notebooks: ``make badges``.

A badge opens its notebook there. That takes the public address of the repository; while it has none, a badge leads to the page of
mybinder.org that asks for it, and says what to enter. Run again, it replaces what it wrote.
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

PICTURE: Final = "notebooks/images/binder.svg"
"""Shipped, so that it is there without a network."""
FIRST: Final = "lab/tree/notebooks/01_first_treatment.ipynb"
DASHBOARDS: Final = "voila/render/notebooks/dashboards/home.ipynb"
BY_HAND: Final = f"""\
Until this repository has a public address, a badge leads to the page that asks for it: paste the address there, choose *URL* as what to
open, and enter `{FIRST}`, or `{DASHBOARDS}` for the dashboards alone."""
SECTION: Final = re.compile(r"(?<=<!-- binder -->\n).*?(?=<!-- end of binder -->)", re.DOTALL)
BADGE: Final = re.compile(r"\n*\[!\[Run on Binder\]\(\S+\)\]\(https://mybinder\.org[^)]*\)\n*")
ON_GITHUB: Final = re.compile(r"(?:https://|ssh://git@|git@)github\.com[/:](?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?")


def badge(repository: str | None, path: str, picture: str) -> str:
    """A badge that opens a path of the server, in Markdown.

    Parameters
    ----------
    repository : ``organisation/name`` on GitHub; None where it has no address yet.
    picture : path of the badge from where it stands.
    """
    if repository is None:
        target = f'https://mybinder.org "Paste the address of this repository, choose URL, and enter {path}"'
    else:
        target = f"https://mybinder.org/v2/gh/{repository}/HEAD?urlpath={quote(path, safe='')}"
    return f"[![Run on Binder]({picture})]({target})"


def write_readme(readme: Path, repository: str | None) -> None:
    """Put the badges of the first notebook and of all dashboards between README's two marks."""
    text = readme.read_text(encoding="utf-8")
    if SECTION.search(text) is None:
        raise SystemExit(f"badges: {readme.name}: found no <!-- binder --> … <!-- end of binder -->, expected both marks")
    course, dashboards = (badge(repository, path, PICTURE) for path in (FIRST, DASHBOARDS))
    rows = [
        "",
        f"{course} the course, from its first notebook",
        f"{dashboards} the dashboards alone",
        *([] if repository else [BY_HAND]),
        "",
    ]
    readme.write_text(SECTION.sub(lambda _: "\n\n".join(rows)[1:], text), encoding="utf-8")


def write_notebook(notebook: Path, repository: str | None) -> None:
    """Put the notebook's own badge at the end of its first cell."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    first = content["cells"][0]
    words = BADGE.sub("", "".join(first["source"])).rstrip("\n")
    own = badge(repository, f"lab/tree/notebooks/{notebook.name}", PICTURE.removeprefix("notebooks/"))
    first["source"] = f"{words}\n\n{own}".splitlines(keepends=True)
    notebook.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def origin(folder: Path) -> str | None:
    """``organisation/name`` of the git remote ``origin``; None where that is not on GitHub."""
    command = ["git", "remote", "get-url", "origin"]
    asked = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - a command of our own
    found = ON_GITHUB.fullmatch(asked.stdout.strip())
    return None if found is None else found["name"]


def main() -> None:
    """Write all badges of a working tree."""
    wanted = argparse.ArgumentParser(prog="badges", description=__doc__)
    wanted.add_argument("--repository", metavar="ORGANISATION/NAME", help="on GitHub; otherwise that of the remote origin")
    wanted.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parents[1], help="the working tree")
    given = wanted.parse_args()
    repository = given.repository or origin(given.folder)
    if repository is not None and re.fullmatch(r"[\w.-]+/[\w.-]+", repository) is None:
        raise SystemExit(f"badges: repository: found {repository!r}, expected organisation/name")
    write_readme(given.folder / "README.md", repository)
    notebooks = sorted((given.folder / "notebooks").glob("[0-9]*.ipynb"))
    for notebook in notebooks:
        write_notebook(notebook, repository)
    whither = f"to {repository} on mybinder.org" if repository else "to mybinder.org, which asks for the address: origin is not on GitHub"
    sys.stdout.write(f"README.md and {len(notebooks)} notebooks now lead {whither}\n")


if __name__ == "__main__":
    main()
