"""The local tree: a bucket is a folder, an object a file. Nothing to start, and every program can read the files."""
