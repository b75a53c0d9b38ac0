"""Steps that bring a database to the shape of ``api.service.tables``; see ``api.service.upgrade``."""
