"""Benchmarks anyone can run: quality against peers, speed with fixed work."""
