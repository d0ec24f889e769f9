"""Previews and code in a real browser: what a bucket holds is shown, and cannot act."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from e2e.conftest import Server, open_lab
from e2e.test_data_section import go, open_data, row, tree
from e2e.workbench import sources

EVIL = (
    "<h1>Report</h1><script>parent.__canary = 1; top.__canary = 1; document.title = 'mine'</script>"
    "<img src=x onerror='top.__canary = 1'><a href='javascript:top.__canary = 1'>link</a>"
)

PICTURE = (
    "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='20' onload='top.__canary = 1'>"
    "<script>parent.__canary = 1; top.__canary = 1</script><rect width='40' height='20' fill='red'/></svg>"
)


@pytest.fixture(scope="module")
def server(new_server: Callable[..., Server]) -> Server:
    server = new_server()
    bucket = tree(server) / "wine"
    bucket.mkdir(parents=True)
    (bucket / "table.csv").write_text("name,price\nRiesling,7.5\nMalbec,9\n")
    (bucket / "page.html").write_text(EVIL)
    (bucket / "picture.svg").write_text(PICTURE)
    (bucket / "notes.txt").write_text(EVIL)
    return server


@pytest.fixture
def page(server: Server, profile: Callable[..., BrowserContext]) -> Page:
    return open_lab(profile(), server)


@pytest.fixture
def data(page: Page) -> Locator:
    section = open_data(page)
    go(section, "wine")
    return section


def preview(data: Locator, name: str) -> Locator:
    row(data, name).click()
    found = data.get_by_test_id("cellift-data-preview")
    expect(found).to_have_attribute("aria-busy", "false")
    return found


def canary(page: Page) -> object:
    return page.evaluate("() => window.__canary")


def test_rows_are_shown_and_code_goes_into_the_notebook(page: Page, data: Locator) -> None:
    shown = preview(data, "table.csv")
    expect(shown.locator("th")).to_have_text(["name", "price"])
    expect(shown.locator("td")).to_have_text(["Riesling", "7.5", "Malbec", "9"])
    before = sources(page)
    data.get_by_test_id("cellift-data-insert-code").click()
    data.get_by_role("menuitem", name="Read it").click()
    added = [one for one in sources(page) if one not in before]
    assert len(added) == 1 and "cellift.data('local/wine/table.csv').to_pandas()" in added[0]


def test_a_page_cannot_act_also_when_it_is_shown(page: Page, data: Locator) -> None:
    # It would, in a frame that nobody closes: the test can fail.
    page.evaluate(
        "html => { const frame = document.createElement('iframe'); frame.srcdoc = html; frame.id = 'open';"
        " document.body.appendChild(frame); }",
        EVIL,
    )
    page.wait_for_function("() => window.__canary === 1")
    page.evaluate("() => { document.getElementById('open').remove(); delete window.__canary; }")

    shown = preview(data, "page.html")
    expect(shown.locator("pre")).to_contain_text("<script>")
    shown.get_by_test_id("cellift-preview-render").click()
    frame = shown.frame_locator("iframe")
    expect(frame.locator("h1")).to_have_text("Report")
    frame.locator("a").click()
    assert canary(page) is None
    expect(preview(data, "notes.txt").locator("pre")).to_contain_text("top.__canary")
    assert canary(page) is None


def test_a_picture_of_markup_is_drawn_and_cannot_act(page: Page, data: Locator) -> None:
    shown = preview(data, "picture.svg")
    image = shown.frame_locator("iframe").locator("img")
    expect(image).to_be_visible()
    # It is drawn: its size is the one that it says.
    expect(image).to_have_js_property("naturalWidth", 40)
    assert canary(page) is None
    shown.get_by_test_id("cellift-preview-source").click()
    expect(shown.locator("pre")).to_contain_text("top.__canary")
    assert canary(page) is None
