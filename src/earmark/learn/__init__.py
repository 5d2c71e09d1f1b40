"""Training: from a manifest of labelled recordings to a model that ``earmark.runtime`` can run."""
