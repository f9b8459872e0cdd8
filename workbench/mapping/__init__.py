"""Between data sets and the two domains: plans, images, sessions, records."""
