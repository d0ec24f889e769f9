"""Object stores: the local tree, MinIO and S3, as named connections. ``api`` says what a store is."""
