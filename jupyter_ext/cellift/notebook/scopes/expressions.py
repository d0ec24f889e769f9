"""Names, texts, lambdas and comprehensions."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from cellift.notebook.scopes.assignments import visit_target
from cellift.notebook.scopes.bindings import target_names
from cellift.notebook.scopes.by_text import visit_iterable
from cellift.notebook.scopes.facts import Body, Kind, Use
from cellift.notebook.scopes.reader import Reader, Scope, Visits

_FILE_NAME = re.compile(r"(?:^|[/\\])([\w\-. ]*\.[A-Za-z][A-Za-z0-9]{0,7})$")


def _visit_name(reader: Reader, node: ast.Name) -> None:
    if isinstance(node.ctx, ast.Load):
        reader.read(node.id, node)
        if reader.body is None and reader.is_global(node.id):
            reader.facts.referenced.add(node.id)


def _visit_constant(reader: Reader, node: ast.Constant) -> None:
    if isinstance(node.value, str) and "://" not in node.value:
        found = _FILE_NAME.search(node.value)
        if found:
            reader.facts.files.setdefault(found[1], Use(found[1], node.lineno, reader.column(node)))


def _visit_walrus(reader: Reader, node: ast.NamedExpr) -> None:
    reader.visit(node.value)
    reader.bind(node.target.id, node.target, Kind.DATA, walrus=True)
    reader.share([node.target], node.value)


def _visit_lambda(reader: Reader, node: ast.Lambda) -> None:
    reader.visit_all([*node.args.defaults, *node.args.kw_defaults])
    if reader.body is not None:
        reader.body.gives_code |= not reader.used_at_once
        with reader.perhaps_uncalled(not reader.used_at_once):
            reader.read_body(reader.body, node.args, [node.body])
        return
    reader.read_body(reader.inline, node.args, [node.body])
    if not reader.at_module():  # the class may keep it, and its methods call it
        with reader.perhaps_uncalled(True):
            reader.read_body(reader.class_body, node.args, [node.body])
    if not reader.used_at_once:
        reader.held_lambdas = reader.held_lambdas or Body()
        reader.read_body(reader.held_lambdas, node.args, [node.body])


def _visit_yield(reader: Reader, node: ast.Yield | ast.YieldFrom) -> None:
    if reader.body is not None and not reader.nested:
        reader.body.yields = reader.body.gives_code = True
    reader.visit_all(ast.iter_child_nodes(node))


def _visit_listed(reader: Reader, node: ast.ListComp) -> None:
    _comprehension(reader, node.generators, [node.elt])


def _visit_dict_comprehension(reader: Reader, node: ast.DictComp) -> None:
    _comprehension(reader, node.generators, [node.key, node.value])


def _visit_generator(reader: Reader, node: ast.GeneratorExp) -> None:
    _comprehension(reader, node.generators, [node.elt], used_up=False)


def _comprehension(
    reader: Reader, generators: Sequence[ast.comprehension], elements: Sequence[ast.expr], *, used_up: bool = True
) -> None:
    with reader.using_up(used_up):
        visit_iterable(reader, generators[0].iter)  # the first iterable belongs to the scope around
    with reader.in_scope(Scope("comprehension")) as scope:
        for generator in generators:
            scope.names.update(name.id for name in target_names(generator.target))
        for index, generator in enumerate(generators):
            if index:
                with reader.using_up(used_up):
                    visit_iterable(reader, generator.iter)
            visit_target(reader, generator.target, None)
            reader.visit_all(generator.ifs)
        reader.visit_all(elements)


VISITS: Visits = {
    "Name": _visit_name,
    "Constant": _visit_constant,
    "NamedExpr": _visit_walrus,
    "Lambda": _visit_lambda,
    "Yield": _visit_yield,
    "YieldFrom": _visit_yield,
    "ListComp": _visit_listed,
    "SetComp": _visit_listed,
    "GeneratorExp": _visit_generator,
    "DictComp": _visit_dict_comprehension,
}
