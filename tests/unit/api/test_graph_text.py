from __future__ import annotations

from typing import Any

import pytest

from cellift.api.graph_text import graph_lines, mermaid


def step(name: str, number: int, params: tuple[str, ...] = (), role: str = "step") -> dict[str, Any]:
    return {"id": name, "name": name, "role": role, "cells": [f"c{number}"], "params": list(params)}


def edge(source: str, target: str, *names: str) -> dict[str, Any]:
    return {"source": source, "target": target, "names": [{"name": name, "label": name} for name in names]}


@pytest.fixture
def graph() -> dict[str, Any]:
    return {
        "name": "quick",
        "steps": [step("load", 1), step("train-svm", 2, ("C",)), step("end", 3)],
        "edges": [edge("load", "train-svm", "X", "y"), edge("load", "end", "y"), edge("train-svm", "end")],
        "parameters": [{"name": "C", "default": 1.0}],
        "cells": [{"cell": f"c{number}", "number": number + 1} for number in range(4)],
    }


def test_tree_shows_each_step_once_with_what_leaves_it(graph: dict[str, Any]) -> None:
    assert graph_lines(graph) == [
        "quick: 3 steps, 1 parameter",
        "",
        "parameters",
        "   C  1.0",
        "",
        "load       cell 2",
        "├─ X, y → train-svm",
        "└─ y → end",
        "",
        "train-svm  cell 3  parameters C",
        "└─ → end",
        "",
        "end        cell 4",
    ]


def test_mermaid_has_a_node_per_step_and_an_arrow_per_edge(graph: dict[str, Any]) -> None:
    assert mermaid(graph).splitlines() == [
        "flowchart LR",
        '  s_load["load"]',
        '  s_train_svm["train-svm"]',
        '  s_end["end"]',
        '  s_load -- "X, y" --> s_train_svm',
        '  s_load -- "y" --> s_end',
        "  s_train_svm --> s_end",
    ]


def test_mermaid_escapes_what_would_end_a_label(graph: dict[str, Any]) -> None:
    graph["steps"][0]["name"] = 'a "b" <i>#1`'
    assert 's_load["a #quot;b#quot; #lt;i#gt;#35;1#96;"]' in mermaid(graph)


def test_long_labels_are_cut_in_the_drawing_and_whole_in_the_tree(graph: dict[str, Any]) -> None:
    graph["edges"] = [edge("load", "end", *"abcdef")]
    assert "a, b, c, d and 2 more" in mermaid(graph)
    assert "└─ a, b, c, d, e, f → end" in graph_lines(graph)


def test_a_graph_without_steps_is_one_line() -> None:
    assert graph_lines({"name": "empty", "steps": [], "edges": [], "parameters": [], "cells": []}) == ["empty: 0 steps"]
