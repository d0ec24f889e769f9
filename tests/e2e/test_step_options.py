"""A step's options are given in the form above its cell, do what they say, and are there after a reload."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from e2e.conftest import Server, open_lab
from e2e.workbench import cell, node, open_sidebar

CELLS = {"make": "print('one')", "show": "print('two')"}


@pytest.fixture
def lab(new_server: Callable[..., Server], profile: Callable[..., BrowserContext]) -> Page:
    server = new_server()
    cells = [
        {
            "cell_type": "code",
            "id": name,
            "metadata": {"cellift": {"step": name, "options": {}}},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for name, source in CELLS.items()
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
    (server.root / "two.ipynb").write_text(json.dumps(document))
    page = open_lab(profile(), server, "lab/tree/two.ipynb")
    open_sidebar(page)
    return page


def option(page: Page, name: str) -> Locator:
    return page.locator(f'[data-testid="cellift-step-options"] [data-option="{name}"] textarea')


def edge(page: Page) -> Locator:
    return page.locator('.cl-Edge[data-source="make"][data-target="show"]')


def test_options_are_given_above_the_cell_and_stay(lab: Page) -> None:
    expect(node(lab, "show")).to_be_visible()
    expect(edge(lab)).to_have_count(0)
    cell(lab, 2).get_by_test_id("cellift-strip-name").click()
    lab.get_by_test_id("cellift-step-more").click()
    after = option(lab, "after")
    after.fill("nobody")
    after.press("Control+Enter")
    expect(lab.get_by_test_id("cellift-diagnostics")).to_contain_text("nobody")
    cell(lab, 2).get_by_test_id("cellift-strip-name").click()
    lab.get_by_test_id("cellift-step-more").click()
    expect(after).to_have_value("nobody")
    after.fill("make")
    form, editor = lab.get_by_test_id("cellift-step-form"), cell(lab, 2).locator(".jp-InputArea-editor")
    bottom, top = form.bounding_box(), editor.bounding_box()
    assert bottom and top and bottom["y"] + bottom["height"] <= top["y"], "all of the form is above the code"
    fits = "form => form.closest('.cl-CellStrip').clientHeight >= form.scrollHeight"
    assert lab.evaluate(fits, form.element_handle())
    after.press("Control+Enter")
    expect(edge(lab)).to_have_count(1)
    lab.evaluate("async () => { await window.jupyterapp.shell.currentWidget.context.save(); }")
    lab.reload()
    open_sidebar(lab)
    expect(edge(lab)).to_have_count(1)
