"""What the steps of a graph are to each other, told once for all of them."""

from __future__ import annotations

from cellift.notebook.graph import Graph


class Links:
    """Steps go by their ids."""

    def __init__(self, graph: Graph) -> None:
        self.place = {step.id: place for place, step in enumerate(graph.steps)}
        #: Steps whose files another one takes.
        self.writers = {source for step in graph.steps for source in step.file_sources}
        #: All modules beside the notebook.
        self.modules = {path for step in graph.steps for path in step.modules}
        #: (producer, name) -> the name of the first step that takes it.
        self.first_taker: dict[tuple[str, str], str] = {}
        #: Packages and modules of the steps whose values a step may have to read, and of those that they read.
        self.packages_before: dict[str, frozenset[str]] = {}
        self.modules_before: dict[str, frozenset[str]] = {}
        known = {step.id: step for step in graph.steps}
        for step in graph.steps:
            for name, producer in step.inputs.items():
                self.first_taker.setdefault((producer, name), step.name)
            above = [known[producer] for producer in set(step.inputs.values()) if producer in known]
            self.packages_before[step.id] = frozenset().union(
                *(self.packages_before.get(one.id, frozenset()) | set(one.packages) for one in above)
            )
            self.modules_before[step.id] = frozenset().union(
                *(self.modules_before.get(one.id, frozenset()) | set(one.modules) for one in above)
            )
