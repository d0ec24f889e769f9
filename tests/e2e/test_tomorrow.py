"""Nothing is lost: runs outlive the browser, the kernel and the Jupyter server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, expect

from e2e.conftest import Server, open_lab
from e2e.workbench import (
    RUN_TIMEOUT,
    command,
    node,
    open_run,
    open_sidebar,
    run_button,
    runs,
    select_step,
    set_source,
    succeeded,
)


def test_a_run_goes_on_without_browser_and_server_and_is_found_again(
    new_server: Callable[..., Server], profile: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    server = new_server()
    gate = tmp_path / "gate"
    context = profile()
    page = open_lab(context, server)
    open_sidebar(page)
    waiting = (
        "import os, time\n"
        "print('at the gate', flush=True)\n"
        f"while not os.path.exists({str(gate)!r}): time.sleep(0.05)\n"
        "X_train = X_test = y_train = y_test = 1"
    )
    set_source(page, 5, waiting)
    for number in (6, 7, 8, 9):
        set_source(page, number, f"print('after the gate {number}')")
    expect(node(page, "split")).to_be_visible()
    run_button(page).click()
    expect(node(page, "split")).to_have_attribute("data-state", "RUNNING", timeout=RUN_TIMEOUT)
    context.close()
    server.stop()

    gate.touch()
    server.start()
    page = open_lab(profile(), server)
    open_sidebar(page)
    row = runs(page).first
    succeeded(row)
    run_page = open_run(page, row)
    select_step(run_page, "split")
    expect(run_page.get_by_test_id("cellift-log")).to_contain_text("at the gate")


def test_the_card_of_a_run_survives_a_reload(
    new_server: Callable[..., Server], profile: Callable[..., BrowserContext]
) -> None:
    server = new_server()
    page = open_lab(profile(), server)
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 8; }")
    command(page, "notebook:insert-cell-below")
    # The notebook has steps, so its kernel has the magics without any %load_ext.
    # Nor does anybody have to save before.
    set_source(page, 10, "%pipeline run")
    command(page, "notebook:run-cell-and-insert-below")
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.content.widgets[9].model.executionCount === 1", timeout=RUN_TIMEOUT
    )
    page.evaluate("() => window.jupyterapp.shell.currentWidget.content.scrollToItem(9, 'end')")
    card = page.get_by_test_id("cellift-card")
    expect(card).to_have_attribute("data-state", "SUCCEEDED", timeout=RUN_TIMEOUT)
    command(page, "docmanager:save")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    page.reload()
    page.wait_for_function("window.jupyterapp && window.jupyterapp.restored")
    page.evaluate("() => { window.jupyterapp.shell.currentWidget?.content.scrollToItem(9, 'end'); }")
    expect(page.get_by_test_id("cellift-card")).to_have_attribute("data-state", "SUCCEEDED", timeout=RUN_TIMEOUT)
