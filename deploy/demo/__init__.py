"""``paidan demo``: residents, volunteers and coordinators acting over the public doors of a running stack."""
