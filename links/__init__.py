"""Access links, their signed tokens, and the visits they let in."""
