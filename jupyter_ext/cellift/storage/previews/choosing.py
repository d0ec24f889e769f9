"""From an object to its preview: the first kind that fits, and plain text or bytes when none does."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from cellift.storage.api import ObjectInfo
from cellift.storage.errors import StorageError
from cellift.storage.place import Place
from cellift.storage.previews import arrays, images, models, notebooks, onnx, packed, svg, tables, tar, text
from cellift.storage.previews.api import HEAD, Preview, Previewer, Sample

ENTRY_POINTS = "cellift.previews"
_OWN: tuple[Previewer, ...] = (
    images.Picture(),
    notebooks.Notebook(),
    tables.Parquet(),
    tables.JsonLines(),
    tables.Separated(),
    arrays.Npy(),
    models.Safetensors(),
    models.Pickle(),
    onnx.Onnx(),
    packed.Zip(),
    tar.Tar(),
    tar.TarGz(),
    packed.Gzip(),
    svg.Svg(),
    text.Html(),
    text.Json(),
    text.Plain(),
)

_log = logging.getLogger(__name__)


def preview_of(place: Place, found: ObjectInfo, version: str | None = None) -> Preview:
    """Show an object. Bytes that are not what their name says are shown as text, or as what they are."""
    sample = Sample(place, found.size, found.content_type, found.etag, version)
    if not found.size:
        return Preview("none", "It is empty.")
    head = sample.head(HEAD)
    problem = ""
    for one in _all():
        try:
            if one.fits(sample, head):
                shown = one.preview(sample, head)
                if problem:
                    shown.note = f"{shown.note} {problem}".strip()
                return shown
        except StorageError:
            raise
        except ValueError as error:
            # Not what it seemed, or damaged: the next kind may show something.
            problem = f"It is not readable as {type(one).__name__} ({str(error)[:120] or 'it is damaged'})."
        except Exception:  # noqa: BLE001 - bytes can be wrong in any way, and other packages, too
            _log.debug("The preview %s failed.", type(one).__qualname__, exc_info=True)
            problem = f"It is not readable as {type(one).__name__} (it is damaged)."
    return Preview("none", f"Nothing can be shown of it. {problem}".strip())


def _all() -> Iterator[Previewer]:
    from importlib.metadata import entry_points

    for entry in entry_points(group=ENTRY_POINTS):
        try:
            yield entry.load()()
        except Exception:  # noqa: BLE001 - whatever another package does, ours go on
            _log.warning("The preview %r of %s cannot be used.", entry.name, entry.value, exc_info=True)
    yield from _OWN
