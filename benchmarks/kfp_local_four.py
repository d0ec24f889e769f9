"""The four trivial steps of ``bench_local_run.py`` on ``kfp.local``, in the same interpreter environment (no venv).

Argument: a folder for its outputs. Run by the benchmark with the interpreter that has kfp.
"""

import sys

from kfp import dsl, local


@dsl.component(base_image="python:3.12", install_kfp_package=False)
def load() -> int:
    return 20


@dsl.component(base_image="python:3.12", install_kfp_package=False)
def left(x: int) -> int:
    return x + 1


@dsl.component(base_image="python:3.12", install_kfp_package=False)
def right(x: int) -> int:
    return x + 2


@dsl.component(base_image="python:3.12", install_kfp_package=False)
def add(y: int, z: int) -> int:
    return y + z


@dsl.pipeline
def four() -> int:
    x = load()
    y = left(x=x.output)
    z = right(x=x.output)
    return add(y=y.output, z=z.output).output


if __name__ == "__main__":
    local.init(runner=local.SubprocessRunner(use_venv=False), pipeline_root=sys.argv[1])
    print("result", four().output)
