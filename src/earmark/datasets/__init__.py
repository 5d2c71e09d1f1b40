"""Data sets as manifests, one a file."""
