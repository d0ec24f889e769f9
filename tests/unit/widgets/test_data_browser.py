"""The widget that picks objects, over the local tree."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import cellift
from cellift.api import Data
from cellift.widgets import DataBrowser


@pytest.fixture
def wine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Data:
    for name in ("HOME", "XDG_CONFIG_HOME", "CELLIFT_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    made = cellift.data("local/wine").make_bucket()
    for key in ("a/1", "a/2", "n"):
        (made / key).write_text(key)
    return made


def lines(browser: DataBrowser) -> list[str]:
    return [text for text, _ in browser._list.options]


def test_one_goes_from_connections_to_objects_and_back(wine: Data) -> None:
    browser = DataBrowser()
    assert lines(browser) == ["local/"]
    for name, shown in (("local/", ["wine/"]), ("wine/", ["a/", "n   1 B"]), ("a/", ["1   3 B", "2   3 B"])):
        browser._list.index = [row.name for row in browser._rows].index(name)
        browser.enter()
        assert lines(browser) == shown
    browser.up()
    assert lines(browser) == ["a/", "n   1 B"]
    browser.up()
    browser.up()
    assert lines(browser) == ["local/"] and browser._up.disabled


def test_what_is_picked_is_the_value(wine: Data) -> None:
    browser = DataBrowser("local/wine")
    told: list[object] = []
    given: list[Data] = []
    browser.observe(lambda change: told.append(change["new"]), "value")
    browser.on_pick(given.append)
    browser._list.index = 1
    assert browser.value == ["local/wine/n"] and told == [["local/wine/n"]] and given == [wine / "n"]
    assert browser.picked[0].read_text() == "n"
    browser._list.index = 0  # a folder is opened, not picked
    assert browser.value == [] and not browser._open.disabled


def test_several_are_picked_when_that_is_asked(wine: Data) -> None:
    browser = DataBrowser("local/wine/a/", multiple=True)
    browser._list.index = (0, 1)
    assert browser.value == ["local/wine/a/1", "local/wine/a/2"]


@pytest.fixture
def many(wine: Data) -> str:
    for number in range(205):
        (wine / f"many/{number:03}").write_text("")
    return "local/wine/many/"


def test_a_page_is_fetched_and_sent_at_a_time(many: str) -> None:
    browser = DataBrowser(many)
    assert len(lines(browser)) == 200 and not browser._next.disabled and browser._before.disabled
    sent: list[str] = []
    browser._list.observe(lambda change: sent.extend(change["new"]), "_options_labels")
    browser.more()
    assert lines(browser) == sent == [f"{number:03}   0 B" for number in range(200, 205)]
    assert browser._next.disabled and not browser._before.disabled
    browser.back()
    assert len(lines(browser)) == 200 and not browser._next.disabled and browser._before.disabled


def test_what_is_picked_on_one_page_stays_while_another_is_shown(many: str) -> None:
    browser = DataBrowser(many, multiple=True)
    given: list[Data] = []
    browser.on_pick(given.append)
    browser._list.index = (0, 1)
    browser.more()
    browser._list.index = (4,)
    names = [f"local/wine/many/{name}" for name in ("000", "001", "204")]
    assert browser.value == names
    browser.back()
    assert browser._list.index == (0, 1) and browser.value == names
    browser._list.index = (1,)
    assert browser.value == names[1:]
    assert [one.name for one in given] == ["000", "001", "204"]
    browser.refresh()
    assert browser.value == [] and browser._list.index == ()


def test_a_single_pick_on_another_page_takes_the_place_of_the_first(many: str) -> None:
    browser = DataBrowser(many)
    browser._list.index = 0
    browser.more()
    assert browser.value == ["local/wine/many/000"] and browser._list.index is None
    browser._list.index = 0
    assert browser.value == ["local/wine/many/200"]
    browser.back()
    assert browser._list.index is None


def test_a_folder_that_ends_with_a_page_has_no_empty_one_after_it(wine: Data) -> None:
    for number in range(200):
        (wine / f"full/{number:03}").write_text("")
    browser = DataBrowser("local/wine/full/")
    browser.more()
    assert len(lines(browser)) == 200 and browser._next.disabled


def test_what_goes_wrong_is_said_below_the_list(wine: Data) -> None:
    browser = DataBrowser("local/<b>nobody")
    assert "role='alert'" in browser._said.value and "<b>" not in browser._said.value
    assert DataBrowser("local/wine/none/")._said.value == "There is nothing here."


def test_ipywidgets_is_loaded_only_when_a_widget_is_used() -> None:
    code = "import sys, cellift, cellift.widgets; print('ipywidgets' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_nothing_of_ipywidgets_is_hidden() -> None:
    import ipywidgets

    own = {name for name, value in vars(DataBrowser).items() if callable(value) and not name.startswith("__")}
    assert {"enter", "up", "more"} < own
    assert own & set(dir(ipywidgets.VBox)) == set()
