"""Files and folders that are dropped on the section *Data*: from the desktop, and from JupyterLab's file browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from e2e.conftest import Server, open_lab
from e2e.test_data_section import go, open_data, row, tree
from e2e.workbench import command


@pytest.fixture(scope="module")
def server(new_server: Callable[..., Server]) -> Server:
    server = new_server()
    (tree(server) / "drops").mkdir(parents=True)
    return server


@pytest.fixture
def page(server: Server, profile: Callable[..., BrowserContext]) -> Page:
    return open_lab(profile(), server)


@pytest.fixture
def data(page: Page) -> Locator:
    section = open_data(page)
    go(section, "drops")
    return section


def middle(item: Locator) -> tuple[float, float]:
    box = item.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drop_from_desktop(page: Page, paths: list[Path], at: Locator) -> None:
    """Drag files of this machine over the page and let them go, as the window system tells the browser."""
    x, y = middle(at)
    devtools = page.context.new_cdp_session(page)
    dragged = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": dragged})


def test_files_and_folders_of_the_desktop_are_uploaded(
    page: Page, data: Locator, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "photos/2024").mkdir(parents=True)
    (tmp_path / "photos/2024/a.png").write_bytes(b"picture")
    (tmp_path / "photos/b.png").write_bytes(b"other")
    (tmp_path / "single.txt").write_bytes(b"text")
    drop_from_desktop(page, [tmp_path / "photos", tmp_path / "single.txt"], data.get_by_test_id("cellift-data-list"))
    expect(row(data, "photos")).to_be_visible()
    expect(row(data, "single.txt")).to_contain_text("4 B")
    expect(data.get_by_test_id("cellift-data-transfer").first).to_contain_text("Done")
    bucket = tree(server) / "drops"
    assert (bucket / "photos/2024/a.png").read_bytes() == b"picture"
    assert (bucket / "photos/b.png").read_bytes() == b"other"


def test_a_folder_of_the_file_browser_is_copied_by_the_server(page: Page, data: Locator, server: Server) -> None:
    (server.root / "results").mkdir()
    (server.root / "results/table.csv").write_text("a\n1\n")
    # Both are in the left area: the sidebar is moved to the right one, as "Switch Sidebar Side" does.
    page.evaluate(
        """() => {
            const { shell } = window.jupyterapp;
            shell.add([...shell.widgets('left')].find(widget => widget.id === 'cellift-sidebar'), 'right');
        }"""
    )
    command(page, "filebrowser:activate")
    command(page, "filebrowser:refresh")
    section = open_data(page)
    go(section, "drops")
    item = page.locator("#filebrowser .jp-DirListing-item", has_text="results")
    expect(item).to_be_visible()
    x, y = middle(item)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 20)
    to_x, to_y = middle(section.get_by_test_id("cellift-data-list"))
    page.mouse.move(to_x, to_y, steps=8)
    page.mouse.up()
    expect(row(section, "results")).to_be_visible()
    assert (tree(server) / "drops/results/table.csv").read_text() == "a\n1\n"
