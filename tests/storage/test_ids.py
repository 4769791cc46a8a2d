"""Row ids: what is written later has a higher one, so that messages go out in the order in which they were said."""

from itertools import pairwise

from storage.ids import new_id


def test_ids_ascend_also_where_the_counter_begins_anew() -> None:
    ids = [new_id() for _ in range(20_000)]
    assert all(earlier < later for earlier, later in pairwise(ids))
