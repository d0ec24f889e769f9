"""Global random generators: which of them an expression seeds or draws from, seen through import aliases."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal

from cellift.notebook.state.aliases import imported_names
from cellift.project.dotted import dotted_name, last_name
from cellift.project.remembered import Statements, of_each_cell, of_kind

#: Generator and what is done to it; "peek" reads its state and leaves it alone.
Act = tuple[str, Literal["seed", "may seed", "draw", "peek"]]

RANDOM, NUMPY, TORCH, TENSORFLOW, CUPY = (
    "state:random",
    "state:numpy.random",
    "state:torch",
    "state:tensorflow",
    "state:cupy",
)
#: A step's runner can take these up where another step left them.
CARRIED = frozenset({RANDOM, NUMPY, TORCH})

_ALL = (RANDOM, NUMPY, TORCH)
_SEEDS: dict[str, tuple[str, ...]] = {
    "random.seed": (RANDOM,),
    "random.setstate": (RANDOM,),
    "numpy.random.seed": (NUMPY,),
    "numpy.random.set_state": (NUMPY,),
    "numpy.random.mtrand.seed": (NUMPY,),
    "torch.manual_seed": (TORCH,),
    "torch.random.manual_seed": (TORCH,),
    "torch.set_rng_state": (TORCH,),
    "torch.random.set_rng_state": (TORCH,),
    "torch.cuda.manual_seed": (TORCH,),
    "torch.cuda.manual_seed_all": (TORCH,),
    "tensorflow.random.set_seed": (TENSORFLOW,),
    "tensorflow.keras.utils.set_random_seed": (RANDOM, NUMPY, TENSORFLOW),
    "keras.utils.set_random_seed": (RANDOM, NUMPY, TENSORFLOW),
    "cupy.random.seed": (CUPY,),
    "transformers.set_seed": _ALL,
    "transformers.trainer_utils.set_seed": _ALL,
    "accelerate.utils.set_seed": _ALL,
    "lightning.seed_everything": _ALL,
    "lightning.pytorch.seed_everything": _ALL,
    "pytorch_lightning.seed_everything": _ALL,
}
_SEED_ROOTS = frozenset(path.partition(".")[0] for path in _SEEDS)
_PEEKS = {
    "random.getstate": RANDOM,
    "numpy.random.get_state": NUMPY,
    "torch.get_rng_state": TORCH,
    "torch.random.get_rng_state": TORCH,
}
#: Functions of the modules that leave the global generator alone, or make one of their own.
_NO_DRAWS = frozenset(
    "Random SystemRandom default_rng RandomState Generator SeedSequence PCG64 PCG64DXSM MT19937 "
    "Philox SFC64 BitGenerator".split()
)
_TORCH_QUIET = frozenset(
    "tensor from_numpy zeros ones empty full arange linspace no_grad device save load stack cat mean sum matmul "
    "exp log is_available set_default_dtype set_num_threads relu softmax sigmoid cross_entropy mse_loss".split()
)
#: They draw from numpy's generator unless the keyword ``random_state`` is given a number.
_SKLEARN_DRAWS = frozenset("train_test_split shuffle resample permutation_importance".split())
#: Estimators that draw while they are fitted, and splitters.
_SKLEARN_RANDOM = (
    "KMeans BisectingKMeans Mixture Forest Tree GradientBoosting AdaBoost Bagging IsolationForest RandomTrees MLP SGD "
    "Perceptron PassiveAggressive SVC SVR TSNE MDS Spectral LocallyLinear SVD ICA NMF Dictionary Dirichlet "
    "FactorAnalysis SparsePCA KFold ShuffleSplit RandomizedSearch HalvingRandom GaussianProcess Dummy RANSAC TheilSen "
    "QuantileTransformer KBins IterativeImputer RBFSampler Nystroem Projection BernoulliRBM MinCovDet"
).split()
_SKLEARN_CHOICES = frozenset({"solver", "svd_solver", "selection", "subsample", "shuffle"})
_FITS = frozenset(
    "fit fit_transform fit_predict partial_fit split fit_resample cross_val_score cross_validate cross_val_predict "
    "learning_curve validation_curve permutation_importance".split()
)
#: Methods that draw from numpy's generator, whatever they are called on.
_METHOD_DRAWS = frozenset({"sample", "rvs"})
#: Libraries whose functions draw from no global generator but those named above, and use no files unasked.
QUIET_LIBRARIES = frozenset(
    "numpy pandas matplotlib mpl_toolkits seaborn plotly pyarrow polars PIL bs4 requests tqdm yaml rich IPython "
    "ipywidgets sklearn scipy torch tensorflow keras cupy transformers accelerate lightning pytorch_lightning joblib "
    "cellift dotenv".split()
)


class Knowledge:
    """What the whole notebook tells of its generators: imports, constants, estimators that draw, what is seeded."""

    def __init__(
        self, statements: Iterable[ast.stmt], seeded_outside: Iterable[str] = (), quiet: Iterable[str] = ()
    ) -> None:
        statements = statements if isinstance(statements, Statements) else list(statements)
        self._seeded_outside = frozenset(seeded_outside)
        self._quiet = QUIET_LIBRARIES | frozenset(quiet)
        self.names = imported_names(statements)
        asked = frozenset().union(*_states(statements))
        bound = frozenset().union(*_bound(statements))
        others = {name for name, is_constant in bound if not is_constant}
        self.constants = frozenset(name for name, _ in bound if name not in others) & asked
        self.estimators_draw = False
        self.seeded: frozenset[str] = frozenset()
        roots = {path.partition(".")[0] for path in self.names.values()}
        self.seeded = self._seeded_outside | frozenset(self._mentioned(statements))
        if "sklearn" in roots and NUMPY in self.seeded:
            calls = (call for statement in statements for call in of_kind(statement, ast.Call))
            self.estimators_draw = any(map(self._makes_random_estimator, calls))

    def narrowed(self, words: AbstractSet[str]) -> Knowledge:
        """What of it concerns code with these names."""
        made = Knowledge.__new__(Knowledge)
        vars(made).update(vars(self))
        made.names = {name: self.names[name] for name in self.names.keys() & words}
        made.constants = self.constants & words
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Knowledge) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]  # its attributes may be set

    def _mentioned(self, statements: Iterable[ast.stmt]) -> Iterator[str]:
        """Generators whose seed function stands anywhere: what is kept in a dict, or passed on, is called some time."""
        if not any(path.partition(".")[0] in _SEED_ROOTS for path in self.names.values()):
            return
        for path in frozenset().union(*_paths(statements)):
            yield from _SEEDS.get(self._full(path) or "", ())

    def path(self, function: ast.expr) -> str | None:
        """The full name of what is called, if it comes from an import."""
        return self._full(dotted_name(function) or "")

    def _full(self, path: str) -> str | None:
        root, dot, rest = path.partition(".")
        return f"{self.names[root]}{dot}{rest}" if root in self.names else None

    def _makes_random_estimator(self, call: ast.Call) -> bool:
        path = self.path(call.func) or ""
        name = path.rpartition(".")[2]
        if not path.startswith("sklearn.") or not name[:1].isupper() or self.has_own_state(call):
            return False
        return any(word in name for word in _SKLEARN_RANDOM) or any(k.arg in _SKLEARN_CHOICES for k in call.keywords)

    def has_own_state(self, call: ast.Call) -> bool:
        """``random_state=None``, or a name that may be None, means the global generator."""
        given = next((k.value for k in call.keywords if k.arg in ("random_state", "seed")), None)
        if isinstance(given, ast.Name):
            return given.id in self.constants
        return isinstance(given, ast.Constant) and given.value is not None

    def acts(self, call: ast.Call) -> Iterator[Act]:
        """What one call is known to do, or may do, to global generators."""
        path = self.path(call.func)
        function = (path or "").rpartition(".")[2]
        if path is None:
            yield from self._acts_of_method(call)
            return
        if path in _SEEDS:
            for generator in _SEEDS[path]:
                yield generator, "seed"
            return
        if path in _PEEKS:
            yield _PEEKS[path], "peek"
            return
        module = path.rpartition(".")[0]
        root = path.partition(".")[0]
        if module == "random" and function not in _NO_DRAWS:
            yield RANDOM, "draw"
        elif module in ("numpy.random", "numpy.random.mtrand") and function not in _NO_DRAWS:
            yield NUMPY, "draw"
        elif root == "torch" and function not in _TORCH_QUIET:
            yield TORCH, "draw"
        elif root in ("tensorflow", "keras"):
            yield TENSORFLOW, "draw"
        elif root == "cupy" and ".random." in path:
            yield CUPY, "draw"
        elif root == "sklearn":
            draws = function in _SKLEARN_DRAWS or path.startswith("sklearn.datasets.make_")
            if (draws or (function in _FITS and self.estimators_draw)) and not self.has_own_state(call):
                yield NUMPY, "draw"
        elif function in _METHOD_DRAWS and not self.has_own_state(call):
            yield NUMPY, "draw"
        elif root not in self._quiet and root not in sys.stdlib_module_names:
            for generator in sorted(self.seeded):
                yield generator, "draw"
                if generator in self._seeded_outside:
                    yield generator, "may seed"

    def _acts_of_method(self, call: ast.Call) -> Iterator[Act]:
        if not isinstance(call.func, ast.Attribute):
            return
        name = call.func.attr
        if (name in _METHOD_DRAWS or (name in _FITS and self.estimators_draw)) and not self.has_own_state(call):
            yield NUMPY, "draw"


@of_each_cell
def _paths(statements: Sequence[ast.stmt]) -> frozenset[str]:
    """The names in it, with their attributes; ``a.b`` also of ``getattr(a, "b")``."""
    found = {dotted_name(node) for one in statements for node in of_kind(one, ast.Name, ast.Attribute)} - {None}
    for call in (call for one in statements for call in of_kind(one, ast.Call)):
        if len(call.args) > 1 and last_name(call.func) == "getattr" and isinstance(call.args[1], ast.Constant):
            of = dotted_name(call.args[0])
            found.add(f"{of}.{call.args[1].value!s}" if of else None)
    return frozenset(filter(None, found))


@of_each_cell
def _bound(statements: Sequence[ast.stmt]) -> frozenset[tuple[str, bool]]:
    """Names that are bound, and whether to a literal other than None."""
    found: set[tuple[str, bool]] = set()
    for one in statements:
        value = one.value if isinstance(one, (ast.Assign, ast.AnnAssign)) else None
        constant = isinstance(value, ast.Constant) and value.value is not None
        found.update((node.id, constant) for node in of_kind(one, ast.Name) if isinstance(node.ctx, ast.Store))
    return frozenset(found)


@of_each_cell
def _states(statements: Sequence[ast.stmt]) -> frozenset[str]:
    """Names that are given as the state of a generator."""
    calls = (call for one in statements for call in of_kind(one, ast.Call))
    given = (keyword for call in calls for keyword in call.keywords)
    values = (one.value for one in given if one.arg in ("random_state", "seed"))
    return frozenset(value.id for value in values if isinstance(value, ast.Name))
