"""What a running service tells about itself: logs, metrics, traces. Never anything personal."""
