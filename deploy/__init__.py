"""How paidan is run: the command line, the local stack, the reference county."""
