"""Texts with what shells, YAML, Kubeflow Pipelines and Argo would read come out of a run as they went in."""

from __future__ import annotations

import json

from cellift.engine.launch import start_prepared
from cellift.engine.prepare import prepare_notebook
from unit.engine.kit import Bench

NAME = "$(touch made) `touch made`; touch made {{workflow.name}} {{$.inputs}} \"'\\ é\U0001f600 %s {0}"
PLACEHOLDERS = "{{$}} {{$.inputs.parameters['p']}} {{$.json_escape[1]}}"
VALUE = f"{NAME}\nsecond line\r\n\ttab $$ $HOME {PLACEHOLDERS} \x01\0 : - #"


def test_names_values_and_code_come_through_a_run(bench: Bench) -> None:
    sources = [
        (f"p = {VALUE!r}\nq = ''", {"tags": ["parameters"]}),
        (f"made = [p, q, {VALUE!r}]\nprint(ascii(made))", {"cellift": {"step": NAME}}),
        ("print(ascii(made))", {"cellift": {"step": f"{NAME} again"}}),
    ]
    cells = [
        {"cell_type": "code", "id": f"$(touch made){number}", "metadata": own, "source": source}
        for number, (source, own) in enumerate(sources)
    ]
    data = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    path = bench.work / "$(touch made) 'quoted'.ipynb"
    prepared = prepare_notebook(data, str(path), overrides={"q": VALUE})
    launch = start_prepared(prepared, home=bench.home, cwd=str(bench.work))
    bench.started.append(launch)
    run = bench.wait(launch)
    assert run["state"] == "SUCCEEDED", run["error"]
    assert [task["name"] for task in run["tasks"]] == [NAME, f"{NAME} again"]
    for task in run["tasks"]:
        assert bench.log(run, task["id"]).strip() == ascii([VALUE, VALUE, VALUE])
    assert list(bench.work.iterdir()) == []
