"""The run record: one folder and journal per run, and an index over all of them."""
