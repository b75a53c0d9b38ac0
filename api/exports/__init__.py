"""Everything that leaves the program as a file: tables, GeoJSON, map, report and run sheets."""
