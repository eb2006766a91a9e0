"""Taking back what a run wrote, while what she did since is kept."""
