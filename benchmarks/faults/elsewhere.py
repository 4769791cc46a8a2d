"""Faults that are tested elsewhere, and those that do not apply, by their number in the list of faults."""

ELSEWHERE: dict[int, str] = {}
