"""Roads of a county: reading, generating, profiles, snapping, travel matrices; no parcels."""
