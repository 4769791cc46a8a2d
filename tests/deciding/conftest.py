"""Worlds beside the usual ones, as tests of the other ways have them."""

from tests.ways.conftest import one_bot_world, plain_world

__all__ = ["one_bot_world", "plain_world"]
