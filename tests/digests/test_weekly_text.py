"""The digest in chat: today first, one message, masked, plain."""

from dataclasses import replace

import pytest

from digests.weekly_text import LIMIT, weekly_text
from ledger.text import utf16_length
from ledger.topics import TopicState
from storage.reporting.rows import Said, Titled, TopicLine
from tests.digests.pages import HIDDEN, PHONE, page


def test_what_to_do_today_comes_before_all_numbers() -> None:
    text = weekly_text(page())
    parts = [
        "延安岭社区周报",
        "11月16日至11月22日",
        "今天先办 12 件",
        "YA-1",
        "新登记 28 件",
        "比平时多",
        "重新办理",
        "责任单位",
        "回访到 8 件",
        "最关心",
        "已答复 15 件",
        "可以告诉大家",
    ]
    assert sorted(parts, key=text.index) == parts


def test_each_new_need_names_its_responsible_unit() -> None:
    assert "第 2 项 一个幼儿园 2 件 → 区教育局" in weekly_text(page())


def test_topics_stand_there_as_they_are_now_and_those_taken_down_do_not() -> None:
    shown = page()
    lines = (TopicLine(3, 23), TopicLine(4, 5))
    titles = {3: Titled(f"充电车棚，找我{PHONE}", TopicState.VOTING)}
    text = weekly_text(replace(shown, weekly=replace(shown.weekly, topics=lines), topics=titles))
    assert f"议题 3（23 人关心，正在投票）：充电车棚，找我{HIDDEN}" in text
    assert "议题 4" not in text


def test_late_cases_say_how_late_they_are() -> None:
    text = weekly_text(page())
    assert "超时 1 天" in text
    assert "超时 3 小时" in text
    assert "11月24日 下午2:30 到期" in text


def test_rates_are_counts_and_are_left_out_where_there_is_no_call_back() -> None:
    assert "回访到 8 件\n按时签收 8，解决 6，满意 4，基本满意 1" in weekly_text(page())
    assert "回访" not in weekly_text(page(0))
    assert "解决 6（" not in weekly_text(page())


def test_shares_stand_beside_counts_from_twenty_on_and_are_left_out_of_fewer() -> None:
    assert "邻里生活 7，占 25%（上一周 5）" in weekly_text(page())
    week = page().weekly
    twenty = replace(week.rates, n=20, responded=20, solved=17, satisfied=9, fairly=0)
    assert "回访到 20 件\n按时签收 20（100%），解决 17（85%），满意 9（45%），基本满意 0" in weekly_text(
        replace(page(), weekly=replace(week, rates=twenty))
    )
    few = tuple(replace(count, now=int(count.now > 0)) for count in week.scenes)
    assert "占" not in weekly_text(replace(page(), weekly=replace(week, scenes=few)))


def test_what_was_done_stands_beside_what_was_asked() -> None:
    shown = page()
    done = shown.weekly.done[0].no
    said = {**shown.said, done: Said("楼道灯不亮", "3栋", f"换了灯头，有事打 {PHONE}。")}
    text = weekly_text(replace(shown, said=said))
    assert f"YA-{done} 楼道灯不亮\n　→ 换了灯头，有事打 {HIDDEN}。" in text


def test_an_empty_community_reads_well() -> None:
    text = weekly_text(page(0))
    assert "没有新登记的诉求" in text
    assert "0 件" not in text


def test_a_week_that_is_not_over_says_so() -> None:
    running = page()
    text = weekly_text(replace(running, weekly=replace(running.weekly, over=False)))
    assert "还没过完" in text


@pytest.mark.parametrize("size", [1, 5, 5000])
@pytest.mark.parametrize("words", ["😀" * 3000, "<b>" + "坏" * 3000, "=HYPERLINK(\n\n\t" * 99, "\x00\ud83d" * 50, ""])
def test_the_digest_fits_one_message_whatever_was_written(size: int, words: str) -> None:
    text = weekly_text(page(size, words))
    assert utf16_length(text) <= LIMIT
    assert text.encode()


def test_personal_data_are_masked_before_words_are_shortened() -> None:
    for lead in range(40):
        text = weekly_text(page(words="灯" * lead + f"电话{PHONE}"))
        assert PHONE[:8] not in text
    assert HIDDEN in weekly_text(page(words=f"打我电话{PHONE}"))
