"""What the law says, as the portal computes it."""
