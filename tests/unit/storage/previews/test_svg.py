"""Pictures in SVG are given to be drawn, unless they would grow without end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from unit.storage.previews.sampled import Counting, shown

OPEN = "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>"


@pytest.fixture
def store(tmp_path: Path) -> Counting:
    return Counting.at(tmp_path)


def doubling(levels: int, use: str) -> str:
    """Groups of which each holds the one before it twice."""
    groups = "".join(f"<g id='g{one}'>{use.format(one - 1) * 2}</g>" for one in range(1, levels))
    return f"{OPEN}<defs><g id='g0'><rect/></g>{groups}</defs>{use.format(levels - 1)}</svg>"


def test_a_picture_is_given_as_a_whole(store: Counting) -> None:
    text = f"{OPEN}<script>alert(1)</script>{'<rect/>' * 20_000}</svg>"
    found = shown(store, "p.svg", text.encode())
    assert (found.kind, found.mime, found.text, found.cut) == ("svg", "image/svg+xml", text, False)
    assert "scripts do nothing" in found.note


def test_a_plot_of_matplotlib_is_drawn(store: Counting, tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().plot(range(100), label="größe")
    figure.savefig(tmp_path / "p.svg")
    assert shown(store, "p.svg", (tmp_path / "p.svg").read_bytes()).kind == "svg"


@pytest.mark.parametrize(
    "text",
    [
        doubling(40, "<use xlink:href='#g{}'/>"),
        doubling(40, "<use href='#g{}'/>"),
        doubling(40, "<rect fill='url(#g{})'/>"),
        doubling(40, "<rect style=\"mask: url( '#g{}' )\"/>"),
        f"{OPEN}<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g></svg>",
        f"{OPEN}<g id='a'><use href='#a'/></g></svg>",
        f"{OPEN}<style>rect {{ fill: url(#a) }}</style><rect/></svg>",
        "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;'>]>" + OPEN + "&b;</svg>",
        f"{OPEN}<image href='data:image/svg+xml;base64,PHN2Zz4='/></svg>",
        f"{OPEN}{'<rect/>' * 100_000}</svg>",
        f"{OPEN}<rect",
    ],
)
def test_what_grows_or_is_none_is_shown_as_its_source(store: Counting, text: str) -> None:
    before = time.monotonic()
    found = shown(store, "p.svg", text.encode())
    assert found.kind == "text" and "not readable as Svg" in found.note
    assert time.monotonic() - before < 5


@pytest.mark.parametrize(
    "text",
    [
        doubling(10, "<use href='#g{}'/>"),
        f"{OPEN}<g id='a'><a href='#a'><rect/></a></g></svg>",
        "<svg>" * 30_000 + "</svg>" * 30_000,
        f"{OPEN}{''.join(f'''<g id='{one}'>''' for one in range(15_000))}{'</g>' * 15_000}</svg>",
    ],
)
def test_what_ends_is_drawn(store: Counting, text: str) -> None:
    assert shown(store, "p.svg", text.encode()).kind == "svg"
