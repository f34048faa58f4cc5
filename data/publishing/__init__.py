"""What the public may see: one file of sums, made from the store, that another process can serve."""
