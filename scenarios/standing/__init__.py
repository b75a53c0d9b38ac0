"""Standing lines: the same driver at the same hour every day, designed from several days, and days planned by them."""
