#!/usr/bin/env bash
# Does what a Binder build does, in a clean environment: install binder/requirements.txt, run binder/postBuild on a
# checkout without anything built, then use the result.
set -euo pipefail
cd "$(dirname "$0")/.."
repository=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git ls-files -z --cached --others --exclude-standard | (while IFS= read -r -d '' file; do [ -e "$file" ] && printf '%s\0' "$file"; done) |
  tar --null --files-from=- -cf - | tar -xf - -C "$work" --one-top-level=checkout
python3 -m venv "$work/env"
export PATH="$work/env/bin:$PATH" CELLIFT_HOME="$work/home" HOME="$work/user"
mkdir -p "$HOME"
# Yarn 3 does not read npm's configuration: give it npm's registry.
YARN_NPM_REGISTRY_SERVER=$(cd "$repository" && npm config get registry 2>/dev/null || true)
[ -z "$YARN_NPM_REGISTRY_SERVER" ] || export YARN_NPM_REGISTRY_SERVER
cd "$work/checkout"
python -m pip install --quiet --disable-pip-version-check -r binder/requirements.txt
bash binder/postBuild
# Not grep -q: it would close the pipe before the list is written.
jupyter labextension list 2>&1 | grep '@cellift/labextension.*enabled.*OK' >/dev/null
jupyter server extension list 2>&1 | grep 'cellift.*enabled' >/dev/null
cellift run examples/quickstart.ipynb
echo "binder: the image would work"
