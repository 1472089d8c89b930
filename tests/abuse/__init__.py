"""What a hostile visitor tries: every rule, every header, every form."""
