"""What a person does in the workbench, as functions over a page."""

from __future__ import annotations

import contextlib
import re
from typing import Any

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

expect.set_options(timeout=15_000)

RUN_TIMEOUT = 60_000


def command(page: Page, name: str, arguments: dict[str, Any] | None = None) -> None:
    """Execute a command of the application, as a menu would; a command that asks in a dialog is not waited for."""
    page.evaluate("([name, args]) => { void window.jupyterapp.commands.execute(name, args); }", [name, arguments or {}])


def open_sidebar(page: Page) -> Locator:
    command(page, "cellift:show-sidebar")
    section = page.get_by_test_id("cellift-pipeline")
    expect(section).to_be_visible()
    return section


def node(page: Page, step: str) -> Locator:
    """A step in the drawn graph."""
    return page.locator(f'[data-testid="cellift-node"][data-step="{step}"]')


def run_button(page: Page) -> Locator:
    return page.get_by_test_id("cellift-pipeline-run")


def runs(page: Page, state: str | None = None) -> Locator:
    """Rows of the *Runs* section."""
    return page.locator('li[data-testid="cellift-run"]' + (f'[data-state="{state}"]' if state else ""))


def cell(page: Page, number: int) -> Locator:
    """A cell by its number (1-based) as messages count them."""
    return page.locator(f'.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook [data-windowed-list-index="{number - 1}"]')


def set_source(page: Page, number: int, source: str) -> None:
    """Type a cell anew: through the shared model, as the editor does."""
    page.evaluate(
        """([index, source]) => {
            const panel = window.jupyterapp.shell.currentWidget;
            panel.content.activeCellIndex = index;
            panel.content.activeCell.model.sharedModel.setSource(source);
        }""",
        [number - 1, source],
    )


def sources(page: Page) -> list[str]:
    return page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.model.toJSON().cells.map(c => [c.source].flat().join(''))"
    )


def active_cell(page: Page) -> int:
    """Number of the active cell."""
    return 1 + int(page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"))


def open_run(page: Page, row: Locator) -> Locator:
    """Click a run; once more when JupyterLab put another tab in front meanwhile.

    It restores tabs late, and later still the notebook of its address comes to the front, with nothing to wait for.
    """
    run_page = page.locator('[data-testid="cellift-run-page"]:visible')
    for _ in range(3):
        row.get_by_role("button").first.click()
        with contextlib.suppress(PlaywrightTimeoutError):
            run_page.wait_for(timeout=10_000)
            page.wait_for_timeout(1500)
        if run_page.is_visible():
            break
    expect(run_page).to_be_visible()
    return run_page


def select_step(run_page: Locator, step: str) -> None:
    run_page.locator(f'[data-testid="cellift-step"][data-step="{step}"]').click()


def succeeded(row: Locator) -> None:
    expect(row).to_have_attribute("data-state", "SUCCEEDED", timeout=RUN_TIMEOUT)


def failed(row: Locator) -> None:
    expect(row).to_have_attribute("data-state", "FAILED", timeout=RUN_TIMEOUT)


def contains(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text))
