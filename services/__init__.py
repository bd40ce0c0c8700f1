"""Three services that meet only through events: intake, matcher, notifier."""
