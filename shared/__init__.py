"""Seven drawers every service shares; none of them knows an order (contracts and community apart)."""
