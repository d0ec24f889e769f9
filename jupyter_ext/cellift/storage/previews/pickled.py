"""What a pickle names, told without loading it: its opcodes move names over a stack, as the loader would."""

from __future__ import annotations

import pickletools

_OPCODES = 20_000
_UNKNOWN = "a name that is made up while it is loaded"
_MARK = object()


def named(data: bytes) -> tuple[list[str], bool]:
    """The things that loading would import, in their order, and whether all opcodes were seen to the end.

    Names come back from the memo and INST has them in itself: whoever hides one does so in these.
    """
    names: dict[str, None] = {}
    stack: list[object] = []
    memo: dict[int, object] = {}
    count = 0
    try:
        for opcode, argument, _ in pickletools.genops(data):
            count += 1
            value = argument
            if count > _OPCODES:
                return list(names), False
            if opcode.name in ("GLOBAL", "INST"):
                names[str(argument).replace(" ", ".", 1)] = None
            elif opcode.name == "STACK_GLOBAL":
                names[_joined(stack)] = None
            elif opcode.name.startswith("EXT"):
                names[f"number {argument} of copyreg's extensions"] = None
            elif opcode.name == "MEMOIZE":
                memo[len(memo)] = stack[-1]
            elif opcode.name.endswith("PUT") and isinstance(argument, int):
                memo[argument] = stack[-1]
            elif opcode.name.endswith("GET") and isinstance(argument, int):
                value = memo.get(argument)
            _move(stack, opcode, value)
    except (ValueError, IndexError):  # damaged: what comes before it would be loaded nevertheless
        return list(names), False
    return list(names), True


def _joined(stack: list[object]) -> str:
    parts = stack[-2:]
    return ".".join(str(one) for one in parts) if all(isinstance(one, str) for one in parts) else _UNKNOWN


def _move(stack: list[object], opcode: pickletools.OpcodeInfo, value: object) -> None:
    """What an opcode does to the stack; of all values, texts alone are kept."""
    if opcode.name == "DUP":
        stack.append(stack[-1])
        return
    if opcode.name in ("MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"):
        return  # the top stays
    before = opcode.stack_before
    if pickletools.markobject in before:
        while stack.pop() is not _MARK:
            pass
        before = before[: before.index(pickletools.markobject)]
    if before:
        del stack[-len(before) :]
    for kind in opcode.stack_after:
        is_text = isinstance(value, str) and opcode.name not in ("GLOBAL", "INST", "PERSID")
        stack.append(_MARK if kind is pickletools.markobject else value if is_text else None)
