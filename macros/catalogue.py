"""Import of every noun that registers actions: what stands here is on the ribbon."""
