"""Compile a chain of as many KFP components as the first argument says into the file of the second.

Run by ``bench_compile.py`` with the interpreter that has kfp; the steps are those of its notebook.
"""

import sys

from kfp import compiler, dsl


@dsl.component(base_image="python:3.12", install_kfp_package=False)
def step(squares: list, number: int) -> list:
    total = sum(squares) + number
    return [n * n for n in range(total % 100)]


def pipeline_of(steps: int) -> object:
    """A pipeline function; KFP reads it when it is decorated."""

    @dsl.pipeline(name="chain")
    def chain() -> list:
        made = step(squares=[n * n for n in range(10)], number=0)
        for number in range(1, steps):
            made = step(squares=made.output, number=number)
        return made.output

    return chain


if __name__ == "__main__":
    compiler.Compiler().compile(pipeline_of(int(sys.argv[1])), sys.argv[2])
