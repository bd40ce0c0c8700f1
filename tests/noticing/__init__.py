"""One day of a community in simulation, and every notice it makes: who is told what, how often, and when it rings."""
