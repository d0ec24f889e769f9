"""The main job with the keyboard alone: no mouse, and no command that a key does not reach."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from e2e.conftest import Server, open_lab
from e2e.workbench import active_cell, node, runs, succeeded

# More than enough to get from the title of a section to what is in it.
MOST_TABS = 15


@pytest.fixture
def lab(new_server: Callable[..., Server], profile: Callable[..., BrowserContext]) -> Page:
    return open_lab(profile(), new_server())


def open_palette(page: Page) -> Locator:
    """Press the key of the command palette; once more when a notebook that opened late took the focus from it."""
    page.keyboard.press("Control+Shift+C")
    search = page.locator(".lm-CommandPalette-input")
    try:
        expect(search).to_be_focused(timeout=5_000)
    except AssertionError:
        page.keyboard.press("Control+Shift+C")
    expect(search).to_be_focused()
    return search


def choose(page: Page, command: str) -> None:
    """Execute a command through the command palette."""
    search = open_palette(page)
    page.keyboard.type(command)
    expect(page.locator(".lm-CommandPalette-item.lm-mod-active")).to_contain_text(command)
    page.keyboard.press("Enter")
    expect(search).not_to_be_visible()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what has the focus is the wanted thing."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"Tab does not lead to {selector}")


def test_a_pipeline_is_run_and_its_log_read_with_the_keyboard_alone(lab: Page) -> None:
    choose(lab, "Show Cellift")
    expect(node(lab, "load")).to_be_visible()
    expect(lab.locator(".cl-Sidebar .lm-AccordionPanel-title").first).to_be_focused()

    tab_to(lab, ".cl-Node")
    expect(node(lab, "load")).to_be_focused()
    lab.keyboard.press("ArrowDown")
    expect(node(lab, "split")).to_be_focused()
    lab.keyboard.press("Enter")
    lab.wait_for_function("() => document.activeElement.closest('.jp-Notebook')")
    assert active_cell(lab) == 5

    lab.keyboard.press("Control+Shift+Enter")
    succeeded(runs(lab).first)

    choose(lab, "Show Cellift")
    tab_to(lab, ".cl-Run-open")
    lab.keyboard.press("Enter")
    run_page = lab.locator('[data-testid="cellift-run-page"]:visible')
    expect(run_page).to_be_visible()
    lab.wait_for_function("() => document.activeElement.closest('.cl-RunPanel')")
    tab_to(lab, ".cl-Step")
    lab.keyboard.press("Home")
    lab.keyboard.press("ArrowDown")
    step = run_page.locator('[data-testid="cellift-step"][data-step="split"]')
    expect(step).to_be_focused()
    expect(step).to_have_attribute("aria-selected", "true")
    lab.keyboard.press("End")
    expect(run_page.locator('[data-testid="cellift-step"][data-step="report"]')).to_be_focused()
    tab_to(lab, '[data-testid="cellift-log"] [role="log"]')
