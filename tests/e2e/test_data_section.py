"""The section *Data* over the local tree: what a new user does with it, and a folder of 100,000 keys."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from e2e.conftest import Server, open_lab
from e2e.workbench import command

MANY = 100_000
MOST_ROWS_IN_DOCUMENT = 300


@pytest.fixture(scope="module")
def server(new_server: Callable[..., Server]) -> Server:
    return new_server()


@pytest.fixture
def page(server: Server, profile: Callable[..., BrowserContext]) -> Page:
    return open_lab(profile(), server)


@pytest.fixture
def data(page: Page) -> Locator:
    return open_data(page)


def open_data(page: Page) -> Locator:
    """Open the section, with the others closed; what is closed stays so in the next page."""
    command(page, "cellift:show-data")
    section = page.get_by_test_id("cellift-data")
    expect(section).to_be_visible()
    for other in ("Pipeline", "Runs"):
        title = page.locator(".cl-Sidebar .lm-AccordionPanel-title", has_text=other)
        if title.get_attribute("aria-expanded") == "true":
            title.click()
    return section


def wait_until_kept(page: Page, server: Server, text: str) -> None:
    """Wait until JupyterLab has saved its workspace with this text: it does so a moment later."""
    deadline = time.monotonic() + 20
    while not any(text in file.read_text() for file in (server.home / "lab-workspaces").glob("*")):
        assert time.monotonic() < deadline, "JupyterLab did not save where one was"
        page.wait_for_timeout(50)


def tree(server: Server) -> Path:
    return server.home / "cellift/data"


def row(data: Locator, name: str) -> Locator:
    return data.locator(f'[data-testid="cellift-data-row"][data-name="{name}"]')


def go(data: Locator, *names: str) -> None:
    """Open a bucket and folders by double clicks, from the list of buckets."""
    data.get_by_test_id("cellift-data-path").get_by_role("button").first.click()
    for name in names:
        row(data, name).dblclick()
    expect(data.get_by_test_id("cellift-data-path").get_by_role("button").last).to_have_text(names[-1])


def test_a_new_user_makes_a_bucket_uploads_renames_and_deletes(server: Server, page: Page, data: Locator) -> None:
    data.get_by_role("button", name="Create the first bucket").click()
    page.keyboard.type("iris")
    page.keyboard.press("Enter")
    expect(data.get_by_test_id("cellift-data-empty")).to_contain_text("Drop files or folders here")

    big = os.urandom(9 << 20)  # goes up in two pieces
    data.get_by_test_id("cellift-data-files").set_input_files(
        [
            {"name": "flowers.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"},
            {"name": "<b>&.bin", "mimeType": "application/octet-stream", "buffer": big},
        ]
    )
    expect(row(data, "flowers.csv")).to_contain_text("8 B")
    expect(row(data, "<b>&.bin")).to_contain_text("9.0 MiB")
    assert (tree(server) / "iris/<b>&.bin").read_bytes() == big

    row(data, "flowers.csv").click()
    details = data.get_by_test_id("cellift-data-details")
    expect(details).to_contain_text("text/csv")
    with page.expect_download() as download:
        details.get_by_test_id("cellift-data-download").click()
    assert Path(download.value.path()).read_bytes() == b"a,b\n1,2\n"
    assert download.value.suggested_filename == "flowers.csv"

    row(data, "flowers.csv").click()
    page.keyboard.press("F2")
    page.keyboard.type("petals")
    page.keyboard.press("Enter")
    expect(row(data, "petals.csv")).to_be_visible()
    expect(row(data, "flowers.csv")).to_have_count(0)

    data.get_by_test_id("cellift-data-list").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(data.get_by_test_id("cellift-data-plan")).to_have_text("2 objects, 9.0 MiB. This cannot be undone.")
    assert sorted(file.name for file in (tree(server) / "iris").iterdir()) == ["<b>&.bin", "petals.csv"]
    data.get_by_test_id("cellift-data-delete-confirm").click()
    expect(data.get_by_test_id("cellift-data-row")).to_have_count(0)
    assert list((tree(server) / "iris").iterdir()) == []


def test_an_object_that_is_there_is_replaced_only_when_somebody_says_so(server: Server, data: Locator) -> None:
    bucket = tree(server) / "clash"
    bucket.mkdir(parents=True)
    (bucket / "a.txt").write_text("before")
    data.get_by_test_id("cellift-data-refresh").click()
    go(data, "clash")
    files = data.get_by_test_id("cellift-data-files")
    files.set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"after"})
    transfer = data.get_by_test_id("cellift-data-transfer").first
    expect(transfer).to_contain_text("1 is there already.")
    assert (bucket / "a.txt").read_text() == "before"
    transfer.get_by_role("button", name="Replace").click()
    expect(transfer).to_contain_text("Done")
    assert (bucket / "a.txt").read_text() == "after"


def test_a_folder_is_copied_and_the_place_is_there_again_after_a_reload(
    server: Server, page: Page, data: Locator
) -> None:
    folder = tree(server) / "models/first/deep"
    folder.mkdir(parents=True)
    (folder / "weights.bin").write_bytes(b"12345")
    (tree(server) / "models/second").mkdir()
    (tree(server) / "models/second/x").write_bytes(b"")
    data.get_by_test_id("cellift-data-refresh").click()
    go(data, "models")
    row(data, "first").click()
    page.keyboard.press("Control+c")
    row(data, "second").dblclick()
    data.get_by_test_id("cellift-data-list").focus()
    page.keyboard.press("Control+v")
    expect(row(data, "first")).to_be_visible()
    assert (tree(server) / "models/second/first/deep/weights.bin").read_bytes() == b"12345"

    wait_until_kept(page, server, "second/")
    page.reload()
    page.wait_for_function("window.jupyterapp && window.jupyterapp.restored")
    path = open_data(page).get_by_test_id("cellift-data-path")
    expect(path).to_have_text(re.compile("local/models/second"))
    expect(data.get_by_test_id("cellift-data-transfer").first).to_contain_text("Done")


def test_what_the_server_refuses_is_said_where_it_was_asked(page: Page, data: Locator) -> None:
    data.get_by_test_id("cellift-data-path").get_by_role("button").first.click()
    data.get_by_test_id("cellift-data-new").click()
    form = data.get_by_test_id("cellift-data-bucket-form")
    page.keyboard.type("Not A Bucket")
    page.keyboard.press("Enter")
    expect(form.get_by_role("alert")).to_contain_text("Not A Bucket")
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)


def test_a_hundred_thousand_keys_are_scrolled_to_their_end(server: Server, page: Page, data: Locator) -> None:
    folder = tree(server) / "large"
    folder.mkdir(parents=True)
    for number in range(MANY):
        os.close(os.open(folder / f"part-{number:06}.bin", os.O_CREAT | os.O_WRONLY))
    data.get_by_test_id("cellift-data-refresh").click()
    go(data, "large")
    grid = data.get_by_test_id("cellift-data-list")
    expect(row(data, "part-000000.bin")).to_be_visible()
    grid.focus()
    page.keyboard.press("End")
    last = row(data, f"part-{MANY - 1:06}.bin")
    expect(last).to_be_visible(timeout=40_000)
    expect(last).to_have_attribute("aria-rowindex", str(MANY))
    expect(grid).to_have_attribute("aria-rowcount", str(MANY))
    assert data.get_by_test_id("cellift-data-row").count() < MOST_ROWS_IN_DOCUMENT

    search = data.get_by_test_id("cellift-data-search")
    search.fill("part-05432")
    expect(data.get_by_test_id("cellift-data-row")).to_have_count(10)
    expect(row(data, "part-054321.bin")).to_be_visible()
