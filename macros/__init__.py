"""Actions: what a ribbon button does, from tables to a value of changes; no host in sight."""
