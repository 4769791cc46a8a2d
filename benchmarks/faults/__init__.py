"""The fault bench: real processes over the fake Bot API, broken on purpose, and a checker that trusts nobody."""
