"""Step graph -> KFP pipeline specification (IR), and the step runner that travels in it.

Start at :func:`compile_graph` (``compile.py``); :mod:`.ir` reads and writes the YAML, :mod:`.runtime` is what runs a
step.
"""

from __future__ import annotations

from .compile import compile_graph
from .ir import InvalidIRError, check_ir, dump_ir, load_ir
from .parameters import encode_parameters
from .subset import upstream_of

__all__ = ["InvalidIRError", "check_ir", "compile_graph", "dump_ir", "encode_parameters", "load_ir", "upstream_of"]
