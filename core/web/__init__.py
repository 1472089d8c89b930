"""What every door shares: headers, sessions, languages, errors."""
