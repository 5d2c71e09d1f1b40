"""Published experiments, whole: each prepares, trains, measures and prints beside the paper."""
