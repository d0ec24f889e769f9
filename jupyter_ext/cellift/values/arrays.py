"""Plain numeric arrays as ``.npy`` files: written without a further copy, read as a private map of the file."""

from __future__ import annotations

import io
import mmap
import sys
from typing import Any

from .hashed_file import HashedFile
from .private_maps import Region
from .rebuild_arrays import SMALL

_KINDS = "biufcmM"


def is_plain(value: object) -> bool:
    """Whether ``value`` is exactly an ``ndarray`` of numbers, booleans or times in one contiguous piece."""
    numpy: Any = sys.modules.get("numpy")
    if numpy is None or type(value) is not numpy.ndarray:
        return False
    array: Any = value
    dtype = array.dtype
    if dtype.kind not in _KINDS or dtype.metadata is not None or dtype.subdtype is not None:
        return False
    return bool(array.flags.c_contiguous or array.flags.f_contiguous)


def write_array(array: Any, file: HashedFile) -> None:
    """Write a plain array (see :func:`is_plain`) in numpy's own file format."""
    import numpy

    form: Any = numpy.lib.format
    header = io.BytesIO()
    form.write_array_header_1_0(header, form.header_data_from_array_1_0(array))
    file.write(header.getvalue())
    if array.size:
        # The transpose of a Fortran array lies in memory as a C array does; the header says which it is.
        flat = array if array.flags.c_contiguous else array.T
        file.write(flat.reshape(-1).view(numpy.uint8))


def read_array(path: str, size: int, writeable: bool, regions: list[Region]) -> Any:
    """The array of a ``.npy`` file of ``size`` bytes; large ones as a private (copy-on-write) map of the file.

    The map is noted in ``regions``.
    """
    import numpy

    form: Any = numpy.lib.format
    order: Any
    with open(path, "rb") as file:
        form.read_magic(file)
        shape, fortran, dtype = form.read_array_header_1_0(file)
        header, order = file.tell(), "F" if fortran else "C"
        if size - header < SMALL:
            array = numpy.empty(shape, dtype, order)
            flat = array.T if fortran else array
            flat.reshape(-1).view("u1")[:] = numpy.fromfile(file, "u1")
        else:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
            array = numpy.ndarray(shape, dtype, mapped, header, None, order)
            regions.append(Region(array.__array_interface__["data"][0] - header, size, path))
    if not writeable:
        array.flags.writeable = False
    return array
