"""What the services promise one another: the envelope, the events, who hears them, and how a rule refuses."""
