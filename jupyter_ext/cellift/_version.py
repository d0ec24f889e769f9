"""The one place of the version; the wheel and the labextension take it from here."""

__version__ = "0.1.0"
