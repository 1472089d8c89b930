"""The portal in a real browser, over HTTPS."""
