"""An S3 endpoint over the local tree, for code that wants one: ``rclone serve s3``, started on demand."""

from __future__ import annotations

from cellift.storage.endpoint.serving import Endpoint, start

__all__ = ["Endpoint", "start"]
