"""What a step needs of the notebook's folder and of the environment, without importing any of it."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from cellift.project.data_files import named_paths
from cellift.project.paths import search_path
from cellift.project.snapshot import Project


def parse(source: str) -> list[ast.AST]:
    return [ast.parse(source)]


def test_a_module_brings_what_it_imports(beside):
    project = beside({"a.py": "import b, json", "b.py": "def f():\n    from c import x", "c.py": "x = 1", "d.py": ""})
    assert project.local_files(["a"]) == ("a.py", "b.py", "c.py")


def test_a_package_brings_its_data_files_and_no_litter(beside):
    files = {
        "pkg/__init__.py": "from . import part",
        "pkg/part.py": "import other",
        "pkg/data/words.txt": "a",
        "pkg/__pycache__/part.cpython-311.pyc": "",
        "pkg/.hidden": "",
        "other.py": "",
    }
    project = beside(files)
    assert project.local_files(["pkg.part"]) == ("other.py", "pkg/__init__.py", "pkg/data/words.txt", "pkg/part.py")


def test_relative_imports_reach_the_package_above(beside):
    files = {
        "p/__init__.py": "",
        "p/q/__init__.py": "",
        "p/q/r.py": "from ..s import t",
        "p/s.py": "import u",
        "u.py": "",
    }
    assert "u.py" in beside(files).local_files(["p.q.r"])


def test_of_a_namespace_package_only_the_imported_modules(beside):
    project = beside({"space/one.py": "x = 1", "space/two.py": "y = 1", "data/table.csv": "1"})
    assert project.local_files(["space.one"]) == ("space/one.py",)
    assert not project.is_local("data")


def test_a_local_module_is_no_package_of_the_index(beside):
    pytest.importorskip("numpy")
    assert beside({"numpy.py": "import yaml"}).distributions(["numpy"])[0].name == "pyyaml"


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("sklearn.svm", "scikit-learn"),
        ("yaml", "pyyaml"),
        ("dateutil", "python-dateutil"),
        ("mpl_toolkits", "matplotlib"),
    ],
)
def test_modules_named_otherwise_than_their_distribution(module, name):
    from importlib.metadata import PackageNotFoundError, version

    try:
        wanted = version(name)
    except PackageNotFoundError:
        pytest.skip(f"{name} is not installed")
    assert [one.pin for one in Project().distributions([module])] == [f"{name}=={wanted}"]


def test_the_standard_library_and_unknown_modules_are_no_packages():
    assert Project().distributions(["os.path", "json", "cellift", "surely_not_installed"]) == ()


def installed(site: Path, name: str, files: list[str], **more: str) -> None:
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))
    for file, text in more.items():
        (info / file.replace("_json", ".json")).write_text(text)


def python_with(site: Path) -> Project:
    from cellift.project.paths import SearchPath

    project = Project()
    project._asked = SearchPath("python", (str(site),), frozenset({"os"}), frozenset())
    return project


def test_parts_of_a_namespace_come_from_their_own_distributions(tmp_path):
    installed(tmp_path, "acme-core", ["acme/core/__init__.py"])
    installed(tmp_path, "acme-web", ["acme/web/__init__.py"])
    assert [one.pin for one in python_with(tmp_path).distributions(["acme.web", "acme.web.pages"])] == ["acme-web==1.0"]


def test_an_editable_installation_is_known_with_its_place(tmp_path):
    source = tmp_path / "work" / "src"
    (source / "mine").mkdir(parents=True)
    (source / "mine" / "__init__.py").write_text("")
    site = tmp_path / "site"
    url = f'{{"url": "file://{tmp_path}/work", "dir_info": {{"editable": true}}}}'
    installed(site, "mine_too", ["__editable__.mine_too.pth"], direct_url_json=url)
    from cellift.project.paths import SearchPath

    project = Project()
    project._asked = SearchPath("python", (str(site), str(source)), frozenset(), frozenset())
    (found,) = project.distributions(["mine"])
    assert (found.pin, found.origin()) == ("mine-too==1.0", f"{tmp_path}/work")


def test_a_folder_of_the_machine_that_built_a_conda_package_is_no_origin(tmp_path):
    installed(tmp_path, "lib", ["lib/__init__.py"], direct_url_json='{"url": "file:///no/such/work", "dir_info": {}}')
    (found,) = python_with(tmp_path).distributions(["lib"])
    assert found.origin() is None


@pytest.mark.parametrize(
    "source",
    [
        "open('data/table.csv')",
        "PATH = 'data/table.csv'",
        "Path('data') / 'table.csv'",
        "os.path.join('data', 'table.csv')",
        "glob('data/*.csv')",
        "open('./data/../data/table.csv')",
    ],
)
def test_data_files_are_seen_where_their_names_stand(beside, source):
    project = beside({"data/table.csv": "1", "data/other.txt": "2"})
    assert project.data_files(named_paths(parse(source))) == ("data/table.csv",)


def test_data_files_that_a_local_module_names(beside):
    project = beside({"helpers.py": "def load(): return open('table.csv')", "table.csv": "1"})
    assert project.data_files(named_paths(parse("helpers.load()")), ["helpers"]) == ("table.csv",)


@pytest.mark.parametrize("text", ["../secret", "/etc/hostname", "missing.csv", "a\\0b", "x" * 5000, "**/[", "~/x"])
def test_nothing_outside_the_folder_is_a_data_file(beside, text):
    assert beside({"table.csv": "1"}).data_files(named_paths(parse(f"open('{text}')"))) == ()


def test_folders_to_search_lie_below_the_notebook_s(beside, tmp_path):
    (tmp_path.parent / f"{tmp_path.name}-beside").mkdir()
    (tmp_path.parent / f"{tmp_path.name}-beside" / "far.py").write_text("")
    project = beside({"lib/near.py": "", "file": ""}).with_folders(
        ["lib", f"../{tmp_path.name}-beside", "file"], ["no"]
    )
    assert (project.is_local("near"), project.is_local("far")) == (True, False)


def test_a_notebook_without_a_folder_has_nothing_beside_it():
    project = Project()
    assert project.with_folders(["lib"], []) is project
    assert (project.local_files(["pkg"]), project.data_files(named_paths(parse("'a.csv', '*'")))) == ((), ())


def test_a_module_that_cannot_be_parsed_names_no_files_and_imports_nothing(beside):
    project = beside({"bad.py": "import (", "t.csv": "1"})
    assert project.data_files(named_paths(parse("open('t.csv')")), ["bad"]) == ("t.csv",)
    assert project.local_files(["bad"]) == ("bad.py",)


def test_no_file_takes_the_place_of_what_is_in_the_interpreter(beside):
    project = beside({"sys.py": "x = 1", "random.py": "x = 1"})
    assert (project.find("sys"), project.find("random").name) == (None, "random")


def test_modules_of_this_interpreter_are_not_looked_for_where_it_happens_to_run(tmp_path, monkeypatch):
    for name in ("here", "site", "of/bin"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(sys, "path", ["", *(str(tmp_path / name) for name in ("here", "none", "of/bin", "site"))])
    assert search_path().folders == (str(tmp_path / "site"),)
