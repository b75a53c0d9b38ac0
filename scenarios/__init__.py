"""County scenarios: files, demand, the seam to roads and optimizer, KPIs."""
