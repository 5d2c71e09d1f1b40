"""Networks, one a file, in PyTorch. Detection needs none of them: see ``earmark.runtime``."""
