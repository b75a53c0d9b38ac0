"""Shared-delivery routing: shipments, vehicles, plans, the solver and the referee; no roads."""
