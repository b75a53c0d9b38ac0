"""Rivals on our own problems: each searches alone, is completed by the same repair and judged by the same referee."""
