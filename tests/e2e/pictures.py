"""Takes the pictures of docs/images/ from a real JupyterLab: ``make pictures``, then look at them."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Page, expect, sync_playwright

from e2e.conftest import REPOSITORY, Server, free_port, launch_chromium, open_lab, quiet_home
from e2e.workbench import (
    command,
    failed,
    node,
    open_run,
    open_sidebar,
    run_button,
    runs,
    select_step,
    set_source,
    succeeded,
)

IMAGES = REPOSITORY / "docs/images"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


def picture(page: Page, name: str) -> None:
    """The page in both themes."""
    for theme, title in THEMES.items():
        command(page, "apputils:change-theme", {"theme": title})
        page.wait_for_function("light => document.body.dataset.jpThemeLight === String(light)", arg=theme == "light")
        page.wait_for_timeout(600)
        page.screenshot(path=IMAGES / f"{name}-{theme}.png")
    command(page, "apputils:change-theme", {"theme": THEMES["light"]})


def quiet(page: Page) -> None:
    """Put the notification away, and the colours of a button that was just pressed."""
    command(page, "apputils:dismiss-notification")
    page.evaluate("() => document.querySelectorAll('.Toastify__close-button').forEach(button => button.click())")
    page.mouse.move(700, 5)
    page.wait_for_timeout(1500)


def take(page: Page) -> None:
    open_sidebar(page)
    expect(node(page, "report")).to_be_visible()
    run_button(page).click()
    succeeded(runs(page).first)
    quiet(page)
    picture(page, "workbench")
    run_page = open_run(page, runs(page).first)
    select_step(run_page, "report")
    expect(run_page.get_by_test_id("cellift-display")).to_be_visible()
    picture(page, "run")
    command(page, "application:activate-previous-tab")
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget?.context?.path === 'quickstart.ipynb'")
    set_source(
        page,
        7,
        "neighbours = {'few': 3, 'many': 15}\nknn = KNeighborsClassifier(n_neighbors=neighbours['some'])\n"
        "knn.fit(X_train, y_train)\nknn_accuracy = knn.score(X_test, y_test)",
    )
    run_button(page).click()
    failed(runs(page).first)
    quiet(page)
    open_run(page, runs(page).first)
    picture(page, "failure")
    command(page, "application:activate-previous-tab")
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget?.context?.path === 'quickstart.ipynb'")
    set_source(
        page,
        7,
        "knn = KNeighborsClassifier(n_neighbors=n_neighbours)\n"
        "knn.fit(X_train, y_train)\nknn_accuracy = knn.score(X_test, y_test)",
    )
    expect(page.get_by_test_id("cellift-diagnostics")).to_be_visible()
    picture(page, "diagnostic")


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="cellift-pictures-"))
    root = folder / "work"
    root.mkdir()
    shutil.copy(REPOSITORY / "examples/quickstart.ipynb", root)
    quiet_home(folder / "home")
    server = Server(folder / "home", root, free_port())
    server.start()
    try:
        with sync_playwright() as driver:
            browser = launch_chromium(driver)
            context = browser.new_context(viewport={"width": 1440, "height": 960})
            context.set_default_timeout(30_000)
            take(open_lab(context, server))
            browser.close()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
