"""Flags of ``mc`` that are not here, each with the reason; and those before the command that are of all of them."""

from __future__ import annotations

from argparse import SUPPRESS, Action, ArgumentParser, Namespace
from typing import Any

_ENCRYPTION = "encryption is set for the whole bucket at the server; keys on a command line are seen by others"
_LOCKS = "locks and retention are set at the server: use mc"
_EARLIER = "no earlier time is listed: `ls --versions` shows what there was, and --version-id reads it"
_UPLOADS = "uploads that were begun and not ended are the business of whoever began them: use mc"
_MADE = "buckets are made with the server's own settings: change them there, or use mc"

# Flags by command (empty: all), with their reason. One that ends with `=` takes a value.
_REFUSED: dict[str, dict[str, str]] = {
    "": {
        "--insecure": "certificates are always checked; name the file of your CA as `ca` in [storage.NAME]",
        "--debug": "requests are not shown: what signs them could be read there",
        "--limit-upload= --limit-download=": "there is no limit for the speed of transfers",
        "--config-dir= -C=": "set MC_CONFIG_DIR to the folder of mc's aliases",
        "--resolve=": "the system resolves names: write the address into the URL, or into its hosts file",
        "--custom-header= -H=": "no headers of your own are sent",
    },
    "cp mv mirror": {
        "--preserve -a": "objects keep no owner, mode and time of files",
        "--storage-class= --sc=": "objects get the class that the server gives them",
        "--tags=": "tags are not set here: use mc",
        "--retention-mode= --retention-duration= --legal-hold=": _LOCKS,
        "--disable-multipart --md5 --checksum=": "how an object is sent follows from its size, and each is verified",
        "--max-workers=": "8 objects go at a time",
        "--zip": "unpack the archive where it is, and copy what is in it",
        "--rewind= --version-id= --vid=": "`cat --version-id ID TARGET` puts out an earlier version",
    },
    "cp mv mirror cat head stat pipe get put find": {"--enc-c= --enc-kms= --enc-s3=": _ENCRYPTION},
    "mirror": {
        "--active-active --monitoring-address=": "a copy that goes on unseen would spread a mistake at once",
        "--exclude-bucket= --exclude-storageclass=": "one bucket is mirrored: leave out by --exclude",
        "--skip-errors": "what fails is told at the end, and the rest is copied in any case",
    },
    "mb": {"--with-lock -l --with-versioning": _MADE, "--region=": "the region is that of the connection"},
    "ls": {"--incomplete -I": _UPLOADS, "--rewind=": _EARLIER, "--storage-class= --sc= --zip": "all are listed"},
    "rm": {
        "--incomplete -I": _UPLOADS,
        "--rewind= --non-current": "`ls --versions` shows what there is, and --version-id removes one of it",
        "--bypass --purge": _LOCKS,
        "--stdin": "name what is meant as TARGETs (`xargs` makes them of lines)",
    },
    "cat head stat du tree": {"--rewind=": _EARLIER},
    "find": {"--print= --watch": "the objects are printed one a line, or with --json, and the search ends"},
}


def add_common(parser: ArgumentParser) -> None:
    """Add what stands before the command: ``mc --json ls``."""
    parser.add_argument("--json", dest="json_first", action="store_true", help=SUPPRESS)
    parser.add_argument("-q", "--quiet", dest="quiet_first", action="store_true", help=SUPPRESS)
    _no_color(parser)
    _refuse(parser, _REFUSED[""])


def take_over(args: Namespace) -> None:
    """Let what stood before the command count for it."""
    for name in ("json", "quiet"):
        if getattr(args, f"{name}_first") and hasattr(args, name):
            setattr(args, name, True)


def add_refused(name: str, parser: ArgumentParser) -> None:
    """Let a command refuse flags of mc with their reason; those that it has stay."""
    _no_color(parser)
    for commands, flags in _REFUSED.items():
        if not commands or name in commands.split():
            _refuse(parser, flags)


def _no_color(parser: ArgumentParser) -> None:
    # What they ask for is always so.
    parser.add_argument("--no-color", "--disable-pager", "--dp", action="store_true", help=SUPPRESS)


def _refuse(parser: ArgumentParser, flags: dict[str, str]) -> None:
    for names, reason in flags.items():
        for name in names.split():
            flag = name.rstrip("=")
            if flag not in parser._option_string_actions:
                parser.add_argument(flag, action=_Refused, nargs=None if name[-1] == "=" else 0, reason=reason)


class _Refused(Action):
    """A flag that ends the command with the reason why it is not here."""

    def __init__(self, *, reason: str, **options: Any) -> None:
        super().__init__(**options, help=SUPPRESS, default=SUPPRESS)
        self._reason = reason

    def __call__(self, parser: ArgumentParser, *rest: Any) -> None:
        parser.error(f"{rest[-1]} is not here: {self._reason}")  # the last is the flag as it was written
