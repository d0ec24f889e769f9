"""The catalogue of diagnostic codes. ``docs/diagnostics.md`` has a section for each (a test holds this).

Blocks: CL0xx the file, CL1xx steps and names, CL2xx magics and shell, CL3xx set-up and hidden state,
CL4xx parameters, CL5xx run time, CL6xx pipelines (IR) that cannot run here.
"""

from __future__ import annotations

from typing import Literal, NamedTuple


class Code(NamedTuple):
    """How serious a code is, and its title in the documentation."""

    severity: Literal["error", "warning", "info"]
    title: str


CATALOGUE: dict[str, Code] = {
    "CL001": Code("error", "Not a notebook"),
    "CL002": Code("error", "Not a Python notebook"),
    "CL003": Code("error", "Notebook format too old"),
    "CL004": Code("error", "Kernel that cannot run steps"),
    "CL005": Code("error", "Nothing to import"),
    "CL101": Code("error", "No steps"),
    "CL102": Code("error", "Two steps of one name"),
    "CL103": Code("error", "Syntax error"),
    "CL104": Code("error", "Name that nothing defines"),
    "CL105": Code("error", "Name defined only further down"),
    "CL106": Code("error", "Step marked in two ways"),
    "CL107": Code("error", "Unknown step option"),
    "CL108": Code("error", "Step line or cell metadata not understood"),
    "CL109": Code("error", "Star import"),
    "CL110": Code("error", "Names reached by text"),
    "CL111": Code("error", "Two versions of one name in a step"),
    "CL112": Code("warning", "Name in a branch that nothing defines"),
    "CL113": Code("error", "Name used after it was deleted"),
    "CL114": Code("error", "Kept output that the step does not have"),
    "CL115": Code("error", "No such step"),
    "CL116": Code("error", "Step that uses what a cell that looks at runs made"),
    "CL117": Code("info", "Cell that looks at runs"),
    "CL118": Code("warning", "Name that nothing defines, in a function"),
    "CL201": Code("error", "Magic that steps do not know"),
    "CL202": Code("error", "Shell command that a step cannot run"),
    "CL203": Code("error", "Cell magic that steps do not know"),
    "CL204": Code("warning", "Magic left out of the step"),
    "CL205": Code("error", "IPython name that steps do not have"),
    "CL206": Code("error", "Use of the IPython session"),
    "CL207": Code("error", "Package that cannot be installed for a step"),
    "CL301": Code("error", "Set-up statement that computes and changes state"),
    "CL302": Code("error", "State changed in a step, not seen by later steps"),
    "CL303": Code("error", "Global random generator shared by steps"),
    "CL401": Code("warning", "Parameter that is not a plain value"),
    "CL402": Code("error", "Unknown parameter"),
    "CL403": Code("error", "Parameter value of another type"),
    "CL404": Code("error", "Parameter that others are derived from"),
    "CL405": Code("warning", "Parameter that is not as annotated"),
    "CL500": Code("error", "Values between steps failed"),
    "CL501": Code("error", "Value that cannot leave its step"),
    "CL502": Code("error", "Stored value damaged"),
    "CL503": Code("error", "No room for a value"),
    "CL504": Code("error", "Value that a step cannot read"),
    "CL505": Code("error", "Step asks for typed input"),
    "CL506": Code("error", "Function without a name that it uses"),
    "CL507": Code("error", "Question about memory that a copy answers otherwise"),
    "CL511": Code("error", "Step killed"),
    "CL512": Code("error", "Step ended its process"),
    "CL513": Code("error", "Disk full"),
    "CL514": Code("error", "Run interrupted"),
    "CL515": Code("error", "Not started"),
    "CL516": Code("warning", "More asked for than this machine has"),
    "CL520": Code("error", "Change that the code does not show"),
    "CL521": Code("error", "Steps that would have to use files in another order"),
    "CL522": Code("error", "State that stays in its step"),
    "CL601": Code("error", "Pipeline feature not supported here"),
    "CL602": Code("error", "Not a pipeline"),
    "CL603": Code("error", "Too large for a container"),
    "CL604": Code("error", "Package that no index has"),
    "CL605": Code("error", "Another file than the pipeline was compiled with"),
    "CL606": Code("error", "Package that could not be installed"),
    "CL607": Code("error", "Nothing to include"),
    "CL608": Code("error", "More files than travel from step to step"),
    "CL609": Code("error", "Two versions of one file"),
    "CL610": Code("warning", "File beside the notebook that is left here"),
    "CL611": Code("error", "Input that is not in its store"),
    "CL612": Code("error", "Input that could not be fetched"),
    "CL613": Code("error", "Input of a store in a compiled pipeline"),
    "CL614": Code("warning", "What a step made is not in the store"),
    "CL615": Code("error", "No place for what steps make"),
}
