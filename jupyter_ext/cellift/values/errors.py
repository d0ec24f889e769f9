"""What can go wrong when values cross from one step to the next; each error has a diagnostic code and a fix."""

from __future__ import annotations


class ValuesError(Exception):
    """Base of the errors of this package. ``str()`` is the sentence for the user."""

    code = "CL500"
    fix = ""


class CannotCrossError(ValuesError):
    """A value cannot be written: ``name``, its ``type``, and the ``member`` that fails where it could be found."""

    code = "CL501"

    def __init__(self, name: str, type_name: str, member: str, member_type: str, cause: str) -> None:
        self.name = name
        self.type = type_name
        self.member = member
        self.member_type = member_type
        self.fix = f"Create `{name}` in the step that uses it, or keep it out of the steps that follow."
        self._why = f" ({cause}). "
        if member != name:
            self._why = f": its member `{member}` ({member_type}) cannot be saved{self._why}"
        super().__init__(f"`{name}` ({type_name}) cannot be passed to another step{self._why}{self.fix}")

    def needed_by(self, step: str | None) -> None:
        """Name the step that uses the value, where it is known."""
        if step is not None:
            self.fix = f"Create `{self.name}` in step {step}, which uses it."
            self.args = (f"`{self.name}` ({self.type}) cannot be passed to step {step}{self._why}{self.fix}",)


class DamagedError(ValuesError):
    """A file of values is missing, cut off, or is not what the step wrote (its digest differs)."""

    code = "CL502"

    def __init__(self, message: str) -> None:
        self.fix = "Run the step that made it again."
        super().__init__(f"{message} {self.fix}")


class NoSpaceError(ValuesError):
    """The disk (or quota) is full; the half-written file is removed."""

    code = "CL503"

    def __init__(self, name: str, folder: str, free: int) -> None:
        self.name = name
        self.fix = "Make room, or remove old runs with `cellift runs rm`."
        super().__init__(
            f"No space left on the disk of {folder} while `{name}` was written ({free:,} bytes free). {self.fix}"
        )


class MissingNameError(ValuesError):
    """A function in a value looks up a name that the step which got the value does not have."""

    code = "CL506"

    def __init__(self, name: str, function: str, missing: str) -> None:
        self.name = name
        self.fix = f"Give `{missing}` to the function as an argument, or name it in a cell of this step too."
        super().__init__(
            f"`{name}` holds the function {function}, which uses `{missing}`; this step does not have it. {self.fix}"
        )


class CannotReadError(ValuesError):
    """A value cannot be read back in this step, for example because its class is not defined here."""

    code = "CL504"

    def __init__(self, name: str, cause: BaseException) -> None:
        self.name = name
        self.cause = cause
        self.fix = "Define its class in a cell before the first step, or in a module that both steps import."
        super().__init__(f"`{name}` cannot be read in this step ({type(cause).__name__}: {cause}). {self.fix}")
