"""Tests of the texts, the e-mails and SMS made from them, and the providers that carry them."""
