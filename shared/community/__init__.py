"""The definition of a community as validated data: areas, catalogue, posts, units, ladder, clocks, hours.

Start at ``definition.load(path)``; ``clock`` is the time everything in the domain runs on, ``roster`` reads
who volunteers.
"""
