"""Networks, one a file, in PyTorch. Detection itself needs none of them: see ``earmark.runtime``."""
