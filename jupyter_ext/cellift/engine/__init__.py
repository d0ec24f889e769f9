"""Runs KFP IR on this machine: one detached supervisor per run, one process per step."""
