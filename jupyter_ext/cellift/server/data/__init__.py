"""Data: connections, buckets, objects and transfers, one module for each resource."""
