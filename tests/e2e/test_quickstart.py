"""The main job in the browser: see the graph, mark a cell, run, read logs, break it, mend it."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.conftest import REPOSITORY, Server, open_lab
from e2e.workbench import (
    RUN_TIMEOUT,
    active_cell,
    cell,
    command,
    contains,
    failed,
    node,
    open_run,
    open_sidebar,
    run_button,
    runs,
    select_step,
    set_source,
    sources,
    succeeded,
)

STEPS = ["load", "split", "train-svm", "train-knn", "compare", "report"]


@pytest.fixture(scope="module")
def server(new_server: Callable[..., Server]) -> Server:
    return new_server()


@pytest.fixture
def lab(server: Server, profile: Callable[..., BrowserContext], request: pytest.FixtureRequest) -> Page:
    """JupyterLab with the test's own copy of the quickstart."""
    name = request.node.name
    shutil.copy(REPOSITORY / "examples/quickstart.ipynb", server.root / f"{name}.ipynb")
    # A workspace of its own, so that it does not begin with the tabs of the test before.
    page = open_lab(profile(), server, f"lab/workspaces/{name}/tree/{name}.ipynb")
    open_sidebar(page)
    return page


def test_the_graph_of_the_quickstart_is_drawn(lab: Page) -> None:
    for step in STEPS:
        expect(node(lab, step)).to_be_visible()
    expect(lab.get_by_test_id("cellift-summary")).to_contain_text("6 steps")


def test_run_succeeds_and_its_logs_are_read(lab: Page) -> None:
    run_button(lab).click()
    row = runs(lab).first
    succeeded(row)
    for step in STEPS:
        expect(node(lab, step)).to_have_attribute("data-state", "SUCCEEDED")
    run_page = open_run(lab, row)
    select_step(run_page, "train-knn")
    expect(run_page.get_by_test_id("cellift-log")).to_contain_text("k-nearest neighbours: 0.963")
    select_step(run_page, "report")
    expect(run_page.get_by_test_id("cellift-display")).to_be_visible()


def test_a_parameter_set_in_the_form_is_used_by_the_run(lab: Page) -> None:
    field = lab.locator('[data-parameter="n_neighbors"] input')
    field.fill("1")
    field.press("Tab")
    before = runs(lab).count()
    run_button(lab).click()
    expect(runs(lab)).to_have_count(before + 1)
    row = runs(lab).first
    succeeded(row)
    run_page = open_run(lab, row)
    expect(run_page.get_by_test_id("cellift-params")).to_contain_text(contains("n_neighbors1"))


def test_a_cell_is_marked_by_keyboard_and_the_mark_can_be_undone(lab: Page) -> None:
    lab.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 8; }")
    command(lab, "notebook:insert-cell-below")
    set_source(lab, 10, "print('one more step for', winner)")
    lab.evaluate("() => window.jupyterapp.shell.currentWidget.content.activate()")
    lab.keyboard.press("Escape")
    lab.keyboard.press("Shift+S")
    name = lab.get_by_test_id("cellift-step-name")
    expect(name).to_be_focused()
    name.fill("say it")
    name.press("Enter")
    expect(node(lab, "say-it")).to_be_visible()
    command(lab, "notebook:undo-cell-action")
    expect(node(lab, "say-it")).to_have_count(0)
    command(lab, "notebook:redo-cell-action")
    expect(node(lab, "say-it")).to_be_visible()


def test_an_undefined_name_is_reported_at_its_cell(lab: Page) -> None:
    set_source(lab, 7, sources(lab)[6].replace("X_train, y_train", "X_trian, y_train"))
    finding = lab.locator('[data-testid="cellift-diagnostics"] [data-severity="error"]').first
    expect(finding).to_contain_text("X_trian")
    lab.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0; }")
    finding.click()
    lab.wait_for_function("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex === 6")
    assert active_cell(lab) == 7
    expect(cell(lab, 7).get_by_test_id("cellift-strip-findings")).to_be_visible()


def test_a_step_that_raises_is_shown_with_its_cell_and_line(lab: Page) -> None:
    set_source(lab, 7, "accuracies = {}\nknn = knn_accuracy = accuracies['k-nearest']")
    expect(node(lab, "train-knn")).to_be_visible()
    before = runs(lab).count()
    run_button(lab).click()
    expect(runs(lab)).to_have_count(before + 1)
    row = runs(lab).first
    failed(row)
    expect(row).to_contain_text("KeyError")
    expect(node(lab, "train-knn")).to_have_attribute("data-state", "FAILED")
    expect(node(lab, "train-svm")).to_have_attribute("data-state", "SUCCEEDED")
    expect(node(lab, "report")).to_have_attribute("data-state", "SKIPPED")
    run_page = open_run(lab, row)
    error = run_page.get_by_test_id("cellift-error").first
    expect(error).to_contain_text("KeyError: 'k-nearest'")
    place = error.get_by_test_id("cellift-error-place")
    expect(place).to_contain_text("cell 7, line 2")
    place.click()
    lab.wait_for_function("() => window.jupyterapp.shell.currentWidget?.content?.activeCellIndex === 6")


def test_a_run_is_cancelled_from_the_sidebar(lab: Page) -> None:
    set_source(lab, 4, "import time\nprint('waiting', flush=True)\nwhile True: time.sleep(0.05)\nX = y = growers = 1")
    expect(node(lab, "load")).to_be_visible()
    before = runs(lab).count()
    run_button(lab).click()
    expect(runs(lab)).to_have_count(before + 1)
    expect(node(lab, "load")).to_have_attribute("data-state", "RUNNING", timeout=RUN_TIMEOUT)
    lab.get_by_test_id("cellift-pipeline-cancel").click()
    expect(runs(lab).first).to_have_attribute("data-state", "CANCELLED", timeout=RUN_TIMEOUT)
