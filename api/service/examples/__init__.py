"""Ready to copy: a client in Python and one in shell, and units for systemd."""
