"""How the big tables of the reference county are made: from an outline, real place names and a fixed seed."""
