"""Questions: what is offered, what was answered, and what waits at the desk."""
