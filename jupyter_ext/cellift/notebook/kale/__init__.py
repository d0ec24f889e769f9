"""Notebooks with Kale's marks, or papermill's, as notebooks with ours."""
