"""Objects as documents: the drive `cellift:` in JupyterLab and in Notebook 7."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from e2e.conftest import START_TIMEOUT, Server, open_lab
from e2e.test_data_section import wait_until_kept
from e2e.workbench import command

TEXT = "first line\n"


@pytest.fixture(scope="module")
def server(new_server: Callable[..., Server]) -> Server:
    return new_server()


@pytest.fixture
def notes(server: Server) -> Path:
    return made(server)


@pytest.fixture
def page(server: Server, profile: Callable[..., BrowserContext]) -> Page:
    return settled(open_lab(profile(), server))


def settled(page: Page) -> Page:
    """Wait for the notebook of the address, which comes to the front late, with nothing to wait for."""
    page.wait_for_timeout(2500)
    return page


def made(server: Server) -> Path:
    """A folder of a bucket with a text and a notebook, as a file browser of the machine shows it."""
    folder = server.home / "cellift/data/papers/notes"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "todo.txt").write_text(TEXT)
    code = {"cell_type": "code", "id": "a", "metadata": {}, "source": ["6 * 7"], "outputs": []}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"cells": [{**code, "execution_count": None}], "metadata": {"kernelspec": kernel}}
    (folder / "plot.ipynb").write_text(json.dumps({**content, "nbformat": 4, "nbformat_minor": 5}))
    return folder


def browse(page: Page, *names: str) -> None:
    """Open the file browser of buckets, unless it is open still, and one name after the other in it."""
    drive = page.get_by_test_id("cellift-drive")
    if not drive.is_visible():
        page.get_by_role("tab", name="Buckets").click()
    drive.locator(".jp-BreadCrumbs-home").click()
    for name, following in zip(names, [*names[1:], None], strict=True):
        drive.get_by_text(name, exact=True).dblclick()
        if following is not None and not appears(drive.get_by_text(following, exact=True)):
            drive.get_by_text(name, exact=True).dblclick()  # the list was drawn anew between the two clicks


def appears(item: Locator) -> bool:
    try:
        item.wait_for(timeout=3000)
    except PlaywrightTimeoutError:
        return False
    return True


def write(page: Page, text: str, holds: Callable[[], bool]) -> None:
    """Add text to the end of the text document that is open, and save until something holds.

    JupyterLab ignores what asks it to save while it still saves, and shows nowhere that it is ready again.
    """
    page.locator(".jp-FileEditor .cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)
    for _ in range(20):
        page.keyboard.press("Control+s")
        for _ in range(20):
            if holds():
                return
            page.wait_for_timeout(50)
    pytest.fail("it did not come to hold")


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait, with the page alive, until something holds outside of it."""
    for _ in range(300):
        if holds():
            return
        page.wait_for_timeout(50)
    pytest.fail("it did not come to hold")


def test_an_object_is_found_edited_and_saved(page: Page, notes: Path) -> None:
    browse(page, "local", "papers", "notes", "todo.txt")
    expect(page.locator(".jp-FileEditor .cm-content")).to_contain_text("first line")
    file = notes / "todo.txt"
    write(page, "second line", lambda: file.read_text() == f"{TEXT}second line")
    write(page, ", twice", lambda: file.read_text() == f"{TEXT}second line, twice")
    expect(page.locator(".jp-Dialog")).to_have_count(0)


def test_what_somebody_else_has_changed_is_not_overwritten_unasked(page: Page, notes: Path) -> None:
    command(page, "docmanager:open", {"path": "cellift:local/papers/notes/todo.txt"})
    editor = page.locator(".jp-FileEditor .cm-content")
    expect(editor).to_contain_text("first line")
    (notes / "todo.txt").write_text("theirs\n")
    dialog = page.locator(".jp-Dialog")
    write(page, "mine", dialog.is_visible)
    expect(dialog).to_contain_text("has changed on disk")
    assert (notes / "todo.txt").read_text() == "theirs\n"
    dialog.get_by_role("button", name="Revert").click()
    expect(editor).to_contain_text("theirs")

    (notes / "todo.txt").write_text("theirs again\n")
    write(page, "mine", dialog.is_visible)
    dialog.get_by_role("button", name="Overwrite").click()
    until(page, lambda: (notes / "todo.txt").read_text() == "theirs\nmine")


def test_a_notebook_runs_and_is_saved_as_nbformat_does(page: Page, notes: Path) -> None:
    browse(page, "local", "papers", "notes", "plot.ipynb")
    notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(notebook.locator(".jp-InputArea-editor").first).to_contain_text("6 * 7")
    page.wait_for_function(
        """() => {
            const widget = window.jupyterapp.shell.currentWidget;
            const kernel = widget.sessionContext.session?.kernel;
            return widget.context.path.endsWith('plot.ipynb') && kernel?.status === 'idle';
        }"""
    )
    command(page, "notebook:run-cell")
    expect(notebook.locator(".jp-OutputArea-output")).to_have_text("42")
    command(page, "docmanager:save")
    until(page, lambda: "42" in (notes / "plot.ipynb").read_text())
    text = (notes / "plot.ipynb").read_text()
    assert text.startswith('{\n "cells": [\n') and text.endswith("}\n")
    [output] = json.loads(text)["cells"][0]["outputs"]
    assert output["data"]["text/plain"] == ["42"]


def test_files_are_made_renamed_and_deleted_in_the_file_browser(page: Page, notes: Path) -> None:
    browse(page, "local", "papers", "notes")
    drive = page.get_by_test_id("cellift-drive")
    expect(drive.get_by_text("todo.txt", exact=True)).to_be_visible()
    drive.get_by_role("button", name="New Folder").click()
    expect(drive.locator("input.jp-DirListing-editor")).to_be_focused()
    page.keyboard.type("drafts")
    page.keyboard.press("Enter")
    expect(drive.get_by_text("drafts", exact=True)).to_be_visible()
    until(page, (notes / "drafts").is_dir)
    drive.get_by_text("todo.txt", exact=True).click()
    page.keyboard.press("F2")
    expect(drive.locator("input.jp-DirListing-editor")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("done.txt")
    page.keyboard.press("Enter")
    expect(drive.get_by_text("done.txt", exact=True)).to_be_visible()
    assert (notes / "done.txt").read_text() and not (notes / "todo.txt").exists()
    drive.get_by_text("done.txt", exact=True).click()
    page.keyboard.press("Delete")
    page.locator(".jp-Dialog").get_by_role("button", name="Move to Trash").click()
    expect(page.locator(".jp-Dialog")).to_contain_text("Buckets have no trash.")
    assert (notes / "done.txt").exists()
    page.locator(".jp-Dialog").get_by_role("button", name="Delete").click()
    expect(drive.get_by_text("done.txt", exact=True)).to_have_count(0)
    assert not (notes / "done.txt").exists()


def test_a_deletion_that_is_cancelled_leaves_the_open_document(page: Page, notes: Path) -> None:
    browse(page, "local", "papers", "notes", "todo.txt")
    editor = page.locator(".jp-FileEditor .cm-content")
    expect(editor).to_contain_text("first line")
    page.get_by_test_id("cellift-drive").get_by_text("todo.txt", exact=True).click()
    page.keyboard.press("Delete")
    dialog = page.locator(".jp-Dialog")
    dialog.get_by_role("button", name="Move to Trash").click()
    expect(dialog).to_contain_text("Buckets have no trash.")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_contain_text("nothing was deleted")
    dialog.get_by_role("button", name="Close").click()
    expect(editor).to_contain_text("first line")
    assert (notes / "todo.txt").exists()


def test_the_folder_that_was_shown_is_there_again_after_a_reload(page: Page, notes: Path, server: Server) -> None:
    browse(page, "local", "papers", "notes")
    expect(page.get_by_test_id("cellift-drive").get_by_text("todo.txt", exact=True)).to_be_visible()
    wait_until_kept(page, server, "cellift:local/papers/notes")
    page.reload()
    page.wait_for_function("window.jupyterapp && window.jupyterapp.restored")
    expect(page.get_by_test_id("cellift-drive").get_by_text("todo.txt", exact=True)).to_be_visible()
    assert (notes / "todo.txt").exists()


def test_an_object_is_edited_in_notebook_7(
    new_server: Callable[..., Server], profile: Callable[..., BrowserContext]
) -> None:
    server = new_server(app="notebook")
    notes = made(server)
    tree = profile().new_page()
    tree.goto(server.page_url("tree"))
    tree.wait_for_function("window.jupyterapp && window.jupyterapp.restored", timeout=START_TIMEOUT * 1000)
    browse(tree, "local", "papers", "notes")
    with tree.context.expect_page() as opened:
        tree.get_by_test_id("cellift-drive").get_by_text("todo.txt", exact=True).dblclick()
    page = opened.value
    expect(page.locator(".jp-FileEditor .cm-content")).to_contain_text("first line")
    write(page, "from Notebook 7", lambda: (notes / "todo.txt").read_text() == f"{TEXT}from Notebook 7")
