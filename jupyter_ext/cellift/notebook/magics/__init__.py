"""Magics and shell commands of cells: found, written for a step, or refused."""
