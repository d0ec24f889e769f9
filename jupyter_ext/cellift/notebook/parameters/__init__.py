"""The parameters cell: values, types, and what a run puts in their place."""
