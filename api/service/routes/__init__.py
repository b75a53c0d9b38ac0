"""The endpoints of the service: each converts what came in, calls, and converts what goes out."""
