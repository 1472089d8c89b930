"""Messages: texts, the outbox and the providers that carry them."""
