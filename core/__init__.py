"""The technical foundation: database, time, money, audit, organisations, members, and the web's ground."""
