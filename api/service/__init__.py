"""The service: counties submit days, jobs are planned durably, results are kept. Imports nothing by itself."""
