"""The section *Data* and the drive in a real browser over a real MinIO with versions, from an empty home."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect, sync_playwright

from e2e.conftest import Server as JupyterServer
from e2e.conftest import launch_chromium, new_server, open_lab, profile
from e2e.test_data_section import open_data, row
from e2e.test_drive import settled, until, write
from e2e.workbench import command
from storage.kit import get, put
from storage.servers import Server, keep_versions

__all__ = ["new_server", "profile"]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = launch_chromium(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def jupyter(new_server: Callable[..., JupyterServer]) -> JupyterServer:
    return new_server()


@pytest.fixture
def page(jupyter: JupyterServer, profile: Callable[..., BrowserContext]) -> Page:
    return settled(open_lab(profile(), jupyter))


@pytest.fixture
def data(page: Page) -> Locator:
    return open_data(page)


@pytest.fixture
def versioned(minio: Server) -> str:
    """A bucket that keeps versions, with three objects."""
    bucket = f"wine-{uuid.uuid4()}"
    store = minio.store()
    store.make_bucket(bucket)
    keep_versions(minio, bucket)
    for content in (b"first\n", b"second\n", b"third, the newest\n"):
        put(store, bucket, "notes.txt", content)
    put(store, bucket, "red/a.csv", b"a,b\n1,2\n")
    put(store, bucket, "red/b.csv", b"a,b\n3,4\n")
    return bucket


def connect(page: Page, data: Locator, minio: Server, name: str, *, read_only: bool = False) -> None:
    """Add the server as a connection by the form, as a person does, and look at its buckets."""
    command(page, "cellift:data-add-connection")
    form = data.get_by_test_id("cellift-data-connection-form")
    fields = {
        "name": name,
        "url": minio.url,
        "key_id": minio.keys.key_id.reveal(),
        "secret": minio.keys.secret.reveal(),
    }
    for field, text in fields.items():
        form.locator(f'[data-field="{field}"]').fill(text)
    if read_only:
        form.get_by_label("Read-only").check()
    form.get_by_role("button", name="Save and test").click()
    expect(data.get_by_test_id("cellift-data-connection-said")).to_contain_text("bucket")
    form.get_by_role("button", name="Close").click()
    command(page, "cellift:show-data", {"connection": name})
    expect(data.get_by_test_id("cellift-data-path").get_by_role("button").first).to_have_text(name)


def test_versions_are_viewed_and_restored_and_a_removal_is_undone(
    page: Page, data: Locator, minio: Server, versioned: str
) -> None:
    connect(page, data, minio, "versions")
    row(data, versioned).dblclick()
    row(data, "notes.txt").click()
    details = data.get_by_test_id("cellift-data-details")
    versions = details.locator(".cl-Details-versions li")
    expect(versions).to_have_count(3)
    versions.nth(2).get_by_role("button", name="View").click()
    expect(data.get_by_test_id("cellift-data-preview")).to_contain_text("first")
    versions.nth(2).get_by_role("button", name="Restore").click()
    expect(versions).to_have_count(4)
    assert get(minio.store(), versioned, "notes.txt") == b"first\n"

    row(data, "red").click()
    page.keyboard.press("Delete")
    expect(data.get_by_test_id("cellift-data-plan")).to_contain_text("2 objects")
    data.get_by_test_id("cellift-data-delete-confirm").click()
    transfer = data.get_by_test_id("cellift-data-transfer").first
    expect(transfer).to_contain_text("Done: 2 objects")
    row(data, "red").dblclick()  # MinIO lists it still (docs/storage.md)
    expect(data.get_by_test_id("cellift-data-empty")).to_be_visible()
    transfer.get_by_role("button", name="Undo").click()
    expect(row(data, "b.csv")).to_be_visible()
    assert get(minio.store(), versioned, "red/b.csv") == b"a,b\n3,4\n"


def test_an_object_of_minio_is_edited_and_not_overwritten_unasked(
    page: Page, data: Locator, minio: Server, versioned: str
) -> None:
    connect(page, data, minio, "edits")
    row(data, versioned).dblclick()
    row(data, "notes.txt").dblclick()
    editor = page.locator(".jp-FileEditor .cm-content")
    expect(editor).to_contain_text("third")
    store, dialog = minio.store(), page.locator(".jp-Dialog")
    write(page, "mine", lambda: get(store, versioned, "notes.txt") == b"third, the newest\nmine")
    put(store, versioned, "notes.txt", b"theirs\n")
    write(page, " again", dialog.is_visible)
    expect(dialog).to_contain_text("has changed on disk")
    dialog.get_by_role("button", name="Revert").click()
    expect(editor).to_contain_text("theirs")
    assert get(store, versioned, "notes.txt") == b"theirs\n"


def test_a_read_only_connection_offers_nothing_that_writes(
    page: Page, data: Locator, minio: Server, versioned: str
) -> None:
    connect(page, data, minio, "reading", read_only=True)
    row(data, versioned).dblclick()
    row(data, "notes.txt").click(button="right")
    menu = page.locator(".lm-Menu")
    expect(menu.get_by_text("Copy URI")).to_be_visible()
    for label in ("Rename…", "Delete…", "Cut", "Paste", "Upload Files…"):
        expect(menu.locator(".lm-Menu-item", has_text=label).first).to_have_class(re.compile("lm-mod-disabled"))


def test_what_is_cut_in_one_connection_is_pasted_in_another_and_copied_to_a_folder_of_the_server(
    page: Page, data: Locator, minio: Server, versioned: str, jupyter: JupyterServer
) -> None:
    connect(page, data, minio, "moving")
    row(data, versioned).dblclick()
    row(data, "red").click()
    command(page, "cellift:data-export")
    form = data.get_by_test_id("cellift-data-export-form")
    form.get_by_role("textbox").fill("out")
    page.keyboard.press("Enter")
    until(page, (jupyter.root / "out/red/b.csv").exists)
    local = jupyter.home / "cellift/data/cellar"
    local.mkdir(parents=True)
    row(data, "red").click()
    page.keyboard.press("Control+x")
    command(page, "cellift:show-data", {"connection": "local", "bucket": "cellar"})
    expect(data.get_by_test_id("cellift-data-path").get_by_role("button").last).to_have_text("cellar")
    data.get_by_test_id("cellift-data-list").focus()
    page.keyboard.press("Control+v")
    expect(row(data, "red")).to_be_visible()
    assert (local / "red/a.csv").read_bytes() == b"a,b\n1,2\n"
    until(page, lambda: not minio.store().page(versioned, "red/").objects)
