from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

from cellift.server.errors import ApiError
from cellift.server.paths import ContentsPaths


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    return root


@pytest.fixture
def paths(root: Path) -> ContentsPaths:
    return ContentsPaths(AsyncLargeFileManager(root_dir=str(root)))


@pytest.mark.parametrize("path", ["a/b.ipynb", "/a/b.ipynb", "a//./b.ipynb", "RTC:a/b.ipynb"])
def test_a_contents_path_is_a_file_below_the_root_even_when_it_is_not_saved(
    paths: ContentsPaths, root: Path, path: str
) -> None:
    assert paths.file(path) == root / "a" / "b.ipynb"


def test_there_and_back(paths: ContentsPaths) -> None:
    assert paths.contents(str(paths.file("déjà vu/ö (1).ipynb"))) == "déjà vu/ö (1).ipynb"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../secret.ipynb", "leads out"),
        ("a/../../secret.ipynb", "leads out"),
        ("a/..", "leads out"),
        ("a\0.ipynb", "leads out"),
        ("S3:bucket/a.ipynb", "drive 'S3'"),
        (".hidden/a.ipynb", "hidden"),
        ("a/.b.ipynb", "hidden"),
        ("/", "root folder"),
        ("RTC:../a.ipynb", "leads out"),
    ],
)
def test_what_the_contents_manager_would_not_serve_is_refused(paths: ContentsPaths, path: str, why: str) -> None:
    with pytest.raises(ApiError, match=why) as caught:
        paths.file(path)
    assert caught.value.status_code == 400


def test_hidden_files_are_reachable_when_the_server_shows_them(root: Path) -> None:
    paths = ContentsPaths(AsyncLargeFileManager(root_dir=str(root), allow_hidden=True))
    assert paths.file(".hidden/a.ipynb") == root / ".hidden" / "a.ipynb"


def test_a_file_outside_the_root_has_no_contents_path(paths: ContentsPaths, root: Path) -> None:
    assert paths.contents(str(root.parent / "root2" / "a.ipynb")) is None
    assert paths.contents(None) is None


def test_a_root_that_is_a_link_is_seen_through(tmp_path: Path, root: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(root)
    paths = ContentsPaths(AsyncLargeFileManager(root_dir=str(link)))
    assert paths.file("a.ipynb") == link / "a.ipynb"
    assert paths.contents(str(root / "a.ipynb")) == "a.ipynb"
    assert paths.contents(str(link / "a.ipynb")) == "a.ipynb"


def test_contents_that_are_not_files_are_refused() -> None:
    with pytest.raises(ApiError, match="does not keep its notebooks as files"):
        ContentsPaths(object()).file("a.ipynb")
