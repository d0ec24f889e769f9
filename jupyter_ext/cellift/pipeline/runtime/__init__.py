"""The step runner: what runs a step, here and in a container.

Python 3.9 syntax and the standard library only, imports relative: the text of these modules travels inside the IR
(:mod:`cellift.pipeline.bootstrap`) and runs there under another package name. :mod:`.api` is the way in.
"""
