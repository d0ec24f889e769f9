"""Each kind of call that reads or writes a file puts its step before or behind the others that use that file."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import edges, graph_of

_SETUP = (
    "import glob, joblib, json, logging, os, pickle, shelve, shutil, sqlite3, zipfile\n"
    "from pathlib import Path\nfrom urllib.request import urlretrieve\nimport numpy as np\nimport pandas as pd"
)


def ordered(first: str, second: str, setup: str = "") -> bool:
    graph = graph_of(f"{_SETUP}\n{setup}", f"%%step a\n{first}", f"%%step b\n{second}")
    return any(one.startswith("a>b:") for one in edges(graph))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("shutil.rmtree('d')", "print(open('d/x.csv').read())"),
        ("shutil.copytree('c', 'd')", "print(open('d/x.csv').read())"),
        ("shutil.move('a.csv', 'x.csv')", "print(open('x.csv').read())"),
        ("open('x.csv', 'w')", "print(glob.glob('*.csv'))"),
        ("open('x.csv', 'w')", "print(os.listdir('.'))"),
        ("open('x.csv', 'w')", "print(list(Path('.').glob('*.csv')))"),
        ("open('x.csv', 'w')", "print(pd.read_csv('x.csv'))"),
        ("open('x.csv', 'w')", "print(os.path.exists('x.csv'))"),
        ("open('x.csv', 'w')", "print(Path('x.csv').read_text())"),
        ("Path('a.csv').rename('x.csv')", "print(open('x.csv').read())"),
        ("Path('a.csv').replace('x.csv')", "print(open('a.csv').read())"),
        ("p = Path('a.csv')\np.rename('x.csv')", "print(open('x.csv').read())"),
        ("urlretrieve('http://h/x', 'x.csv')", "print(open('x.csv').read())"),
        ("urlretrieve('http://h/x', 'x')", "print(open('x').read())"),
        ("joblib.dump([1], 'x')", "joblib.load('x')"),
        ("Path('a').rename('x')", "print(open('x').read())"),
        ("Path('a').replace('x')", "print(open('a').read())"),
        ("h.reader = open\nh.reader('x.csv', 'w')", "print(open('x.csv').read())"),
        ("np.save('x', [1])", "print(open('x.npy').read())"),
        ("Path('x.csv').open('w')", "print(open('x.csv').read())"),
        ("Path('x.csv').open(mode='w')", "print(open('x.csv').read())"),
        ("open(file='x.csv', mode='w')", "print(open('x.csv').read())"),
        ("shelve.open('x')", "print(dict(shelve.open('x', flag='r')))"),
        ("logging.FileHandler(filename='x.log')", "print(open('x.log').read())"),
        ("getattr(pd, 'to_' + kind)('x.csv')", "print(open('x.csv').read())"),
        ("os.system('touch x.csv')", "print(open('x.csv').read())"),
        ("pd.DataFrame().to_csv('x.csv')", "print(open('x.csv').read())"),
        ("sqlite3.connect('x.db')", "print(sqlite3.connect('x.db'))"),
    ],
)
def test_a_call_is_known_to_use_the_file(first: str, second: str) -> None:
    assert ordered(first, second, "kind = 'csv'\ndef h():\n    pass")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("np.save('x.npy', [1])", "print(open('x.npy.txt').read())"),
        ("print('x.csv'.replace('csv', ''))", "print(open('x.csv').read())"),
        ("archive = zipfile.ZipFile('a.zip')\narchive.open('x.csv')", "open('x.csv', 'w')"),
        ("save('x.csv', input())", "print(open('other.csv').read())"),
        ("open('a.csv', 'w')", "print(open('x.csv').read())"),
        ("logging.FileHandler('x.log', encoding='utf8')", "print(open('utf8').read())"),
        ("print([1 for open in 'ab'])", "open('x.csv', 'w')"),
    ],
)
def test_a_call_is_known_to_leave_the_file_alone(first: str, second: str) -> None:
    assert not ordered(
        first, second, "def save(path, text):\n    with open(path, 'w') as file:\n        file.write(text)"
    )
