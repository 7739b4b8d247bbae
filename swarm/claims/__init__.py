"""The claims of arXiv 2603.28990, held against the runs there are."""
