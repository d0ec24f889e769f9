"""Objects as documents: the drive `cellift:` in JupyterLab and in Notebook 7."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.conftest import Server, open_lab
from e2e.workbench import command


@pytest.fixture(scope="module")
def server(new_server: Callable[..., Server]) -> Server:
    server = new_server()
    notes = bucket(server) / "notes"
    notes.mkdir(parents=True)
    (notes / "todo.txt").write_text("first line\n")
    (notes / "plot.ipynb").write_text(
        json.dumps(
            {
                "cells": [{"cell_type": "code", "id": "a", "metadata": {}, "source": ["6 * 7"], "outputs": [], "execution_count": None}],
                "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
                "nbformat": 4,
                "nbformat_minor": 5,
            }
        )
    )
    return server


@pytest.fixture
def page(server: Server, profile: Callable[..., BrowserContext]) -> Page:
    return open_lab(profile(), server)


def bucket(server: Server) -> Path:
    return server.home / "cellift/data/papers"


def test_an_object_is_found_edited_and_saved_in_the_file_browser(server: Server, page: Page) -> None:
    page.get_by_role("tab", name="Buckets").click()
    drive = page.get_by_test_id("cellift-drive")
    for name in ("local", "papers", "notes", "todo.txt"):
        drive.get_by_text(name, exact=True).dblclick()
    editor = page.locator(".jp-FileEditor .cm-content")
    expect(editor).to_contain_text("first line")
    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("second line")
    page.keyboard.press("Control+s")
    expect(tab(page, "todo.txt")).not_to_have_class(re.compile("jp-mod-dirty"))
    assert (bucket(server) / "notes/todo.txt").read_text() == "first line\nsecond line"


def test_dbg_notebook(server: Server, page: Page) -> None:
    command(page, "docmanager:open", {"path": "cellift:local/papers/notes/plot.ipynb"})
    page.wait_for_timeout(5000)
    page.screenshot(path="/tmp/shots/drive-nb.png")
