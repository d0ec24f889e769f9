"""The same workbench in Notebook 7 and under a Hub's prefix."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from e2e.conftest import Server, open_lab
from e2e.workbench import node, open_sidebar, run_button, runs, succeeded


def test_runs_in_notebook_7(new_server: Callable[..., Server], profile: Callable[..., BrowserContext]) -> None:
    server = new_server(app="notebook")
    page = open_lab(profile(), server, "notebooks/quickstart.ipynb")
    open_sidebar(page)
    expect(node(page, "report")).to_be_visible()
    run_button(page).click()
    succeeded(runs(page).first)


def test_runs_under_the_prefix_of_a_hub(
    new_server: Callable[..., Server], profile: Callable[..., BrowserContext]
) -> None:
    server = new_server(base_url="/user/ada%40b/")
    page = open_lab(profile(), server)
    open_sidebar(page)
    expect(node(page, "report")).to_be_visible()
    run_button(page).click()
    succeeded(runs(page).first)
