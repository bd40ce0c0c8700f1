"""How fast, measured beside what people would pick instead (docs/performance)."""
