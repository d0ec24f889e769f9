"""Supervision of the processes of a run: detached, cancellable, leaving nothing behind.

User code never runs in here.
"""
