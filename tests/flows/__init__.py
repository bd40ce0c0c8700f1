"""Flow tests: a package, so that its stacks end with its last test."""
