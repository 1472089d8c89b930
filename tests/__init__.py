"""The tests: rooms, doors, journeys, and the house itself."""
