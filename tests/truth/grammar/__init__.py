"""Random programs: whole notebooks made from a grammar of statements, cut into steps at random.

``choices`` draws (from hypothesis, or from a seed), ``live`` knows what there is while a program is made, ``forms_*``
are the statements, ``program`` puts them together; ``quick`` judges a program in forked processes, ``smaller`` takes
out what a failure does not need. By hand: ``python -m tests.truth.grammar``.
"""
