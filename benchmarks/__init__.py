"""What the design costs beside the plain way, as ratios: `python -m benchmarks`."""
