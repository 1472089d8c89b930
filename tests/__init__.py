"""The tests: rooms, doors, journeys, and the house itself."""

import gc

# Looked for again once all tests are known: until then all that is read stays, and looking takes a quarter of
# the time. Here, as nothing of the tests is read before.
gc.disable()
