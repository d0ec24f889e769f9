"""MinIO, Amazon S3, and whatever else speaks S3: a `Store` over signed HTTP requests."""
