"""The page about all diagnostic codes, ``docs/diagnostics.md``: the section of a code, and the list at its top."""

from __future__ import annotations

import re
from pathlib import Path

from cellift.notebook.codes import CATALOGUE

BEGIN = "<!-- The list is made by `make docs` from notebook/codes.py. -->"
END = "<!-- End of the list. -->"

_PACKAGE = Path(__file__).parents[1]


def page_path() -> Path:
    """Where the page is: in the installed package, or in the repository."""
    installed = _PACKAGE / "diagnostics.md"
    return installed if installed.exists() else _PACKAGE.parents[1] / "docs" / "diagnostics.md"


def section(page: str, code: str) -> str:
    """Return the section of *code*, its heading first. Raises `KeyError` when the page has none."""
    found = re.search(rf"^### {re.escape(code)} .*?(?=^##|\Z)", page, flags=re.MULTILINE | re.DOTALL)
    if found is None:
        raise KeyError(code)
    return found[0].rstrip()


def with_index(page: str) -> str:
    """Return the page with the list of all codes as the catalogue has them now, below the introduction."""
    rows = ["| code | | |", "|---|---|---|"]
    for code, entry in CATALOGUE.items():
        rows.append(f"| [{code}](#{_anchor(f'{code} {entry.title}')}) | {entry.severity} | {entry.title} |")
    index = "\n".join([BEGIN, *rows, END])
    if BEGIN in page:
        return page[: page.index(BEGIN)] + index + page[page.index(END) + len(END) :]
    place = page.index("\n## ") + 1
    return f"{page[:place]}{index}\n\n{page[place:]}"


def _anchor(heading: str) -> str:
    """The name that Markdown viewers give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def main() -> None:
    """Write the list into the page of the repository."""
    path = page_path()
    path.write_text(with_index(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
