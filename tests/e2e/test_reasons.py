"""The drawing says why, choices are a list, and a notebook that is marked for Kale is converted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.conftest import Server, open_lab
from e2e.workbench import node, open_sidebar, run_button, runs, succeeded


@pytest.fixture(scope="module")
def server(new_server: Callable[..., Server]) -> Server:
    server = new_server()
    notebook(
        server,
        "kale.ipynb",
        ("import math", "imports"),
        ('from typing import Literal\nmode: Literal["area", "edge"] = "area"', "pipeline-parameters"),
        ("def size(r):\n    return math.pi * r * (r if mode == 'area' else 2)", "functions"),
        ("radius = 2", "block:make", "limit:cpu:2"),
        ("print(round(size(radius), 1))", "block:show", "prev:make"),
    )
    return server


@pytest.fixture
def lab(server: Server, profile: Callable[..., BrowserContext]) -> Page:
    page = open_lab(profile(), server, "lab/tree/kale.ipynb")
    open_sidebar(page)
    return page


def notebook(server: Server, name: str, *cells: tuple[str, ...]) -> None:
    """Save a notebook whose cells have Kale's tags."""
    document: dict[str, Any] = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "kubeflow_notebook": {"pipeline_name": "circles", "experiment_name": "shapes", "volumes": []},
        },
        "cells": [
            {
                "cell_type": "code",
                "id": f"c{number}",
                "metadata": {"tags": list(tags)},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for number, (source, *tags) in enumerate(cells, 1)
        ],
    }
    (server.root / name).write_text(json.dumps(document))


def test_a_notebook_of_kale_is_converted_explained_and_run_with_a_choice(lab: Page) -> None:
    lab.get_by_test_id("cellift-convert").click()
    report = lab.get_by_test_id("cellift-import-report")
    expect(report).to_contain_text("2 not possible here")
    expect(report).to_contain_text("limit:cpu:2")
    expect(node(lab, "show")).to_be_visible()
    report.get_by_role("button", name="Close the report").click()
    expect(report).not_to_be_visible()
    expect(lab.get_by_test_id("cellift-import")).not_to_be_visible()

    tip = lab.get_by_test_id("cellift-explain")
    node(lab, "show").hover()
    expect(tip).to_contain_text("radius from make")
    expect(tip).to_contain_text("made in cell 4, line 1, used in cell 5, line 1")
    expect(tip).to_contain_text("def size(r): …")
    lab.mouse.move(900, 300)
    expect(tip).not_to_be_visible()
    node(lab, "make").focus()
    lab.keyboard.press("ArrowDown")
    expect(tip).to_contain_text("radius from make")
    expect(node(lab, "show")).to_have_attribute("aria-describedby", str(tip.get_attribute("id")))
    lab.keyboard.press("Escape")
    expect(tip).not_to_be_visible()
    lab.locator('.cl-Edge[data-source="make"][data-target="show"] .cl-Edge-label').hover()
    expect(tip).to_contain_text("make → show")

    choice = lab.locator('[data-parameter="mode"] select')
    expect(choice).to_have_value("area")
    choice.select_option("edge")
    run_button(lab).click()
    succeeded(runs(lab).first)
