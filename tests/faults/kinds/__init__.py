"""The faults, by what they are done to; each is known by its name once its module is imported."""
