"""Work that somebody may cancel, and what has to be broken off then: a thread that waits for a server notices nothing.

Which work goes on is a matter of the context (`contextvars`): `cancellable` sets it, `carried` takes it along into the
threads of a pool.
"""

from __future__ import annotations

import contextvars
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, Protocol, TypeVar

from cellift.storage.errors import CancelledError

P = ParamSpec("P")
T = TypeVar("T")


class Breakable(Protocol):
    """A connection that can be broken off from another thread."""

    def break_off(self, cancelling: Cancelling) -> None:
        """Let whoever waits for it go on at once, unless it serves other work by now."""


class Cancelling:
    """Whether some work was cancelled. Asked and told in any thread."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._used: weakref.WeakSet[Any] = weakref.WeakSet()
        self._waiting: list[Callable[[], object]] = []

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._event.is_set()

    def cancel(self) -> None:
        """Break off what the work waits for."""
        with self._lock:
            self._event.set()
            used, waiting = list(self._used), list(self._waiting)
        for one in used:
            one.break_off(self)
        for callback in waiting:
            callback()

    def check(self) -> None:
        """Raise CancelledError once it was cancelled."""
        if self._event.is_set():
            raise CancelledError("It was cancelled.")

    def uses(self, connection: Breakable) -> None:
        """Break *connection* off, too, when it is cancelled; CancelledError when it was."""
        with self._lock:
            self.check()
            self._used.add(connection)

    @contextmanager
    def telling(self, callback: Callable[[], object]) -> Iterator[None]:
        """Call *callback* when it is cancelled inside; at once when it was before."""
        with self._lock:
            self._waiting.append(callback)
            before = self._event.is_set()
        try:
            if before:
                callback()
            yield
        finally:
            with self._lock:
                self._waiting.remove(callback)

    def pause(self, seconds: float) -> None:
        """Wait so long; CancelledError once it was cancelled."""
        self._event.wait(seconds)
        self.check()


_current: contextvars.ContextVar[Cancelling | None] = contextvars.ContextVar("cellift_cancelling", default=None)


def is_cancelled() -> bool:
    """Whether the work that goes on here was cancelled."""
    cancelling = _current.get()
    return cancelling is not None and cancelling.cancelled


def check() -> None:
    """Raise CancelledError when the work that goes on here was cancelled."""
    cancelling = _current.get()
    if cancelling is not None:
        cancelling.check()


def current() -> Cancelling | None:
    """By what the work that goes on here is cancelled, if by anything."""
    return _current.get()


def pause(seconds: float) -> None:
    """Wait so long, or until the work that goes on here is cancelled, which raises CancelledError."""
    cancelling = _current.get()
    if cancelling is None:
        time.sleep(seconds)
    else:
        cancelling.pause(seconds)


@contextmanager
def cancellable(cancelling: Cancelling | None) -> Iterator[None]:
    """What goes on inside is cancelled by this; by nothing, with None."""
    token = _current.set(cancelling)
    try:
        yield
    finally:
        _current.reset(token)


def carried(function: Callable[P, T]) -> Callable[P, T]:
    """The function, for a thread of a pool: cancelled there by what cancels the work that goes on here."""
    cancelling = _current.get()

    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        with cancellable(cancelling):
            return function(*args, **kwargs)

    return call


def unless_cancelled(act: Callable[[], T], undo: Callable[[T], object]) -> T:
    """The result of *act*, which is not broken off. When it is cancelled meanwhile: CancelledError, and *undo* later.

    For what must be known to be undone: the answer is awaited in a thread of its own.
    """
    cancelling = _current.get()
    if cancelling is None:
        return act()
    cancelling.check()
    over, lock = threading.Event(), threading.Lock()
    results: list[T] = []
    errors: list[BaseException] = []
    abandoned = False

    def work() -> None:
        try:
            result = act()
        except BaseException as error:  # noqa: BLE001 - raised where it is awaited
            errors.append(error)
            over.set()
            return
        with lock:
            results.append(result)
            unwanted = abandoned
        over.set()
        if unwanted:
            undo(result)

    threading.Thread(target=work, name="cellift-await", daemon=True).start()
    with cancelling.telling(over.set):
        over.wait()
    with lock:
        if results:
            return results[0]
        if not errors:
            abandoned = True
    if errors:
        raise errors[0]
    raise CancelledError("It was cancelled.")
