"""Drawing: figures, and documents that hold them."""
