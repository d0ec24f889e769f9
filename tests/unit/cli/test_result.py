"""What ``cellift run`` says at the end of a run."""

from __future__ import annotations

from typing import Any

from cellift.cli.result import result_lines


def run(metrics: list[tuple[str, float]], outputs: list[tuple[str, str]]) -> dict[str, Any]:
    task = {"id": "a", "name": "a", "state": "SUCCEEDED", "reason": None, "started": None, "finished": None}
    made = [{"name": name, "preview": preview} for name, preview in outputs]
    return {
        "state": "SUCCEEDED",
        "name": "n",
        "started": None,
        "finished": None,
        "warnings": [],
        "tasks": [{**task, "inputs": {}, "outputs": made}],
        "metrics": [{"task": "a", "key": key, "value": value} for key, value in metrics],
    }


def results(run: dict[str, Any]) -> list[str]:
    lines = result_lines(run, lambda text, _style: text)
    return [" ".join(line.split()) for line in lines[lines.index("", 2) + 1 :]]


def test_a_number_is_told_once() -> None:
    told = results(run([("accuracy", 0.5)], [("accuracy", "0.5"), ("winner", "'SVM'")]))
    assert told == ["accuracy 0.5", "winner 'SVM'"]


def test_of_many_metrics_the_newest_are_told() -> None:
    told = results(run([(f"m{number}", 0.5) for number in range(25)], []))
    assert told[0] == "… 5 more"
    assert told[1:] == [f"m{number} 0.5" for number in range(5, 25)]
