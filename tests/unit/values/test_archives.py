"""An open ``.npz`` crosses with what is in it."""

from __future__ import annotations

from pathlib import Path

from unit.values.test_code_by_value import crossed


def test_open_npz_is_read_where_it_goes_whatever_becomes_of_the_file(tmp_path: Path):
    path = str(tmp_path / "two.npz")
    make = f"import numpy as np\nnp.savez({path!r}, a=np.arange(3), b=np.eye(2))\nload = np.load({path!r})\nload['a']\n"
    gone = f"import os\nos.unlink({path!r})\n"
    use = "print(load.files, load['a'], load['b'].sum(), repr(load).count('two.npz'))"
    assert crossed(tmp_path, make, ["load"], use, gone) == "['a', 'b'] [0 1 2] 2.0 1\n"


def test_npz_in_memory_crosses_too(tmp_path: Path):
    make = "import io, numpy as np\n"
    make += "file = io.BytesIO()\nnp.savez(file, a=np.arange(3))\nfile.seek(0)\nload = np.load(file)\n"
    assert crossed(tmp_path, make, ["load"], "print(load['a'])") == "[0 1 2]\n"
