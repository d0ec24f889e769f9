"""By hand: ``python -m tests.truth.grammar [--count N] [--seed S] [--whole] [--stop N]``.

Makes N programs from the seeds S, S+1, …, judges each, prints the smallest form of each failure and the counts.
``--whole`` runs them through the whole engine, which takes a second each.
"""

from __future__ import annotations

import argparse
import collections
import time
import warnings

from tests.truth.grammar.choices import Seeded
from tests.truth.grammar.program import Program, make_program
from tests.truth.grammar.quick import judge_quickly
from tests.truth.grammar.smaller import smaller
from tests.truth.oracle import Outcome, judge

_BAD = ("different", "failed")


def main() -> int:
    """1 when a program is different or fails."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--stop", type=int, default=5, help="after so many failures")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--show", action="store_true", help="print the refused programs too")
    given = parser.parse_args()
    counts: collections.Counter[str] = collections.Counter()
    began = time.monotonic()
    warnings.simplefilter("ignore")
    for seed in range(given.seed, given.seed + given.count):
        program = make_program(Seeded(seed))
        outcome = judge(program.case()) if given.whole else judge_quickly(program.case(), seed)
        counts[outcome.verdict] += 1
        if outcome.verdict == "refused":
            counts[" ".join(outcome.codes)] += 1
            if given.show:
                found = _smallest(program, seed, ("refused",), outcome.codes)
                print(found[0].text(f"seed_{seed} refused {outcome.codes[0]}") + found[1].detail, flush=True)
        elif outcome.verdict == "no case":
            print(f"seed {seed}: {outcome.detail[-300:]}")
        elif outcome.verdict in _BAD:
            least, told = _smallest(program, seed, _BAD)
            print(f"{least.text(f'seed_{seed}')}# {told.verdict}\n{told.detail}\n", flush=True)
            if counts["different"] + counts["failed"] >= given.stop:
                break
    print(dict(counts), f"{time.monotonic() - began:.0f} s")
    return 1 if counts["different"] or counts["failed"] else 0


def _smallest(
    program: Program, seed: int, verdicts: tuple[str, ...], codes: tuple[str, ...] | None = None
) -> tuple[Program, Outcome]:
    def outcome(tried: Program) -> Outcome:
        return judge_quickly(tried.case(), seed)

    def fails(tried: Program) -> bool:
        found = outcome(tried)
        return found.verdict in verdicts and (codes is None or found.codes == codes)

    least = smaller(program, fails) if fails(program) else program
    return least, outcome(least)


if __name__ == "__main__":
    raise SystemExit(main())
