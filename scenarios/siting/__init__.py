"""Which stations and pre-cool rooms to open: exact models nominate sets of sites, plans of sampled days rank them."""
