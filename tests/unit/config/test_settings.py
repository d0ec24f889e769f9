from __future__ import annotations

from pathlib import Path

import pytest

from cellift.config import settings
from cellift.config.settings import RUNS_ARTIFACTS, RUNS_LIMIT, Settings, load_settings


class Layers:
    """The three files, in a temporary folder."""

    def __init__(self, root: Path) -> None:
        self.system = root / "etc" / "cellift.toml"
        self.user = root / "config" / "cellift" / "cellift.toml"
        self.project = root / "work" / "project" / "cellift.toml"
        for path in (self.system, self.user, self.project):
            path.parent.mkdir(parents=True)

    def load(self) -> Settings:
        below = self.project.parent / "notebooks" / "deep"
        below.mkdir(parents=True, exist_ok=True)
        return load_settings(below)


@pytest.fixture
def layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layers:
    made = Layers(tmp_path)
    monkeypatch.setattr(settings, "SYSTEM_FILE", made.system)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv(RUNS_LIMIT.variable, raising=False)
    monkeypatch.delenv(RUNS_ARTIFACTS.variable, raising=False)
    return made


def test_nothing_set_gives_the_defaults(layers: Layers) -> None:
    found = layers.load()
    assert (found[RUNS_LIMIT], found.files, found.problems) == (20, (), ())


def test_each_layer_overrides_the_one_below(layers: Layers, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    for path, value in ((layers.system, 1), (layers.user, 2), (layers.project, 3)):
        path.write_text(f"[runs]\nlimit = {value}\n")
        seen.append(layers.load()[RUNS_LIMIT])
    monkeypatch.setenv("CELLIFT_RUNS_LIMIT", "4")
    assert [*seen, layers.load()[RUNS_LIMIT]] == [1, 2, 3, 4]
    assert layers.load().files == (layers.system, layers.user, layers.project)


def test_only_the_nearest_project_counts(layers: Layers) -> None:
    (layers.project.parent.parent / "cellift.toml").write_text("[runs]\nlimit = 9\n")
    layers.project.write_text("")
    assert layers.load()[RUNS_LIMIT] == 20


@pytest.mark.parametrize("table", ["[storage.prod]\nurl = 'https://x'\n", "[limits]\ngpu = 8\n"])
def test_a_project_may_not_define_connections_or_limits(layers: Layers, table: str) -> None:
    layers.project.write_text(table)
    (problem,) = layers.load().problems
    assert str(problem).startswith(f"{layers.project}:2: [{table[1:7]}")
    assert "may not define" in problem.message


def test_where_data_goes_is_said_by_the_user_and_not_by_a_project(
    layers: Layers, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert layers.load().text(RUNS_ARTIFACTS) == ""
    layers.system.write_text("[runs]\nartifacts = 's/b'\n")
    layers.project.write_text("[runs]\nartifacts = 's/theirs'\n")
    found = layers.load()
    assert found.text(RUNS_ARTIFACTS) == "s/b"
    (problem,) = found.problems
    assert str(problem).startswith(f"{layers.project}:2: runs.artifacts is left out")
    layers.project.write_text("")
    layers.user.write_text("[runs]\nartifacts = 5\n")
    found = layers.load()
    assert found.text(RUNS_ARTIFACTS) == "s/b"
    assert "must be a text, not 5" in found.problems[0].message
    monkeypatch.setenv("CELLIFT_RUNS_ARTIFACTS", "s/mine")
    assert layers.load().text(RUNS_ARTIFACTS) == "s/mine"
    layers.user.write_text("[runs]\nartefacts = 's/b'\n")
    assert "Near it: runs.artifacts" in layers.load().problems[0].message


def test_unknown_key_is_reported_with_file_line_and_a_near_name(layers: Layers) -> None:
    layers.user.write_text("# mine\n\n[runs]\nlimits = 5\n")
    (problem,) = layers.load().problems
    assert str(problem) == f"{layers.user}:4: there is no setting runs.limits; it has no effect. Near it: runs.limit."


@pytest.mark.parametrize("value", ["0", "'many'", "true", "1.5"])
def test_a_value_of_the_wrong_kind_leaves_the_layer_below(layers: Layers, value: str) -> None:
    layers.system.write_text("[runs]\nlimit = 7\n")
    layers.user.write_text(f"[runs]\nlimit = {value}\n")
    found = layers.load()
    assert found[RUNS_LIMIT] == 7
    assert found.problems[0].line == 2


def test_a_bad_variable_is_reported_by_its_name(layers: Layers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLIFT_RUNS_LIMIT", "all")
    assert str(layers.load().problems[0]).startswith("$CELLIFT_RUNS_LIMIT: runs.limit")


def test_a_file_that_is_not_toml_is_left_out_with_its_name(layers: Layers) -> None:
    layers.user.write_text("runs limit\n")
    (problem,) = layers.load().problems
    assert problem.file == str(layers.user)
    assert "not TOML" in problem.message
