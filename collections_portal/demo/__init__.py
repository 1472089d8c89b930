"""The demo: a made-up organisation with a past, and a mailbox where all its messages can be read."""
