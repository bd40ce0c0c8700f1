"""Known bugs, laid over the services from outside, to see that the suite catches each: a checker that cannot fail
proves nothing."""
