"""What the front end tells the kernel, by silent requests right before a cell runs."""

from __future__ import annotations

import json


def announce(text: str) -> None:
    """Take note of the code cells as they are in the browser: JSON ``{"cell": ID, "cells": {ID: SOURCE}}``."""
    from cellift.api.own_notebook import announce as note

    told = json.loads(text)
    note(told["cell"], told["cells"])
