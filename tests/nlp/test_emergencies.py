"""Emergencies by meaning: measured on sets that were written without sight of the rules, and by example."""

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.scenes import Urgency
from nlp.emergencies import likely
from nlp.pipeline import Understander
from nlp.understanding import Alarm, Reading

SETS = Path(__file__).parent / "sets"


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SETS / name).read_text(encoding="utf-8").splitlines()]


def is_emergency(reading: Reading) -> bool:
    return any(matter.urgency is Urgency.EMERGENCY for matter in reading.matters)


def reaches_a_person(reading: Reading) -> bool:
    return any(matter.alarms or matter.needs_human for matter in reading.matters)


@pytest.mark.parametrize("name", ["emergencies.jsonl", "emergencies2.jsonl", "emergencies3.jsonl"])
def test_a_quick_look_at_the_words_misses_few_of_those_who_cannot_wait(understander: Understander, name: str) -> None:
    urgent = [row["text"] for row in rows(name) if reaches_a_person(understander.read(row["text"]))]
    assert sum(map(likely, urgent)) >= 0.9 * len(urgent)


@pytest.mark.parametrize(
    ("name", "recall", "false_alarms"),
    [
        ("emergencies.jsonl", 0.97, 0.02),
        ("emergencies2.jsonl", 0.97, 0.02),
        ("emergencies3.jsonl", 0.9, 0.03),
        ("emergencies4.jsonl", 0.95, 0.07),
        ("emergencies5.jsonl", 0.9, 0.05),
        ("emergencies6.jsonl", 0.95, 0.04),
        ("emergencies7.jsonl", 0.92, 0.07),
        ("emergencies8.jsonl", 0.9, 0.03),
        ("emergencies9.jsonl", 0.98, 0.02),
        ("emergencies10.jsonl", 0.92, 0.02),
    ],
    ids=[
        "frozen",
        "other voices",
        "in a roundabout way",
        "words that deceive",
        "hardly a word of danger",
        "one thing told twice, once in danger",
        "what was seen, not what it is",
        "strangers",
        "a stranger's everyday, read",
        "a stranger's everyday, never read",
    ],
)
def test_emergencies_are_found_and_little_else(
    understander: Understander, name: str, recall: float, false_alarms: float
) -> None:
    read = [(row, is_emergency(understander.read(row["text"]))) for row in rows(name)]
    missed = [row["text"] for row, found in read if row["emergency"] and not found]
    wrong = [row["text"] for row, found in read if found and not row["emergency"]]
    real = sum(row["emergency"] for row in rows(name))
    assert 1 - len(missed) / real >= recall, missed
    assert len(wrong) / (len(read) - real) <= false_alarms, wrong


def test_each_false_alarm_and_the_emergencies_near_it_are_told_apart(understander: Understander) -> None:
    """Every false alarm that was mended stands beside emergencies in nearly the same words."""
    wrong = [
        row
        for row in rows("near-emergencies.jsonl")
        if is_emergency(understander.read(row["text"])) is not row["emergency"]
    ]
    assert not wrong


@pytest.mark.parametrize("words", ["楼道灯坏了，我妈晕倒了喊不醒", "垃圾没人收，我爸倒在地上叫不应"])
def test_an_emergency_labels_the_message_that_tells_it_beside_another_matter(
    understander: Understander, words: str
) -> None:
    main = understander.read(words).main
    assert main.urgency is Urgency.EMERGENCY
    assert Alarm.AMBULANCE in main.alarms


def test_no_longer_wanted_things_are_no_sorrow(understander: Understander) -> None:
    assert not reaches_a_person(understander.read("楼道那辆电动车都生锈了，没人要"))
    assert reaches_a_person(understander.read("我这把年纪没人要，天天一个人哭"))


@pytest.mark.parametrize(
    ("name", "enough"),
    [
        ("emergencies.jsonl", 0.97),
        ("emergencies2.jsonl", 0.97),
        ("emergencies9.jsonl", 0.97),
        ("emergencies10.jsonl", 0.85),
    ],
)
def test_whoever_is_in_distress_reaches_a_person_and_others_are_not_sent_there(
    understander: Understander, name: str, enough: float
) -> None:
    read = [(row, understander.read(row["text"])) for row in rows(name)]
    in_distress = [(row["text"], reaches_a_person(reading)) for row, reading in read if row["human"]]
    others = [row["text"] for row, reading in read if not row["human"] and not row["emergency"]]
    missed = [text for text, reached in in_distress if not reached]
    wrong = [text for text in others if any(m.needs_human for m in understander.read(text).matters)]
    assert 1 - len(missed) / len(in_distress) >= enough, missed
    assert len(wrong) / len(others) <= 0.02, wrong


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("着火了，三楼厨房", Alarm.FIRE),
        ("有人砸我家门要砍人", Alarm.POLICE),
        ("我爸突然倒地，叫不醒", Alarm.AMBULANCE),
    ],
)
def test_the_number_that_helps_most_comes_first(understander: Understander, words: str, first: Alarm) -> None:
    assert understander.read(words).first.alarms[0] is first


def test_who_wants_to_die_is_given_to_a_person(understander: Understander) -> None:
    matter = understander.read("我不想活了，药都准备好了").first
    assert matter.needs_human
    assert matter.alarms[-1] is Alarm.HUMAN


def test_grief_is_no_emergency_but_no_case_for_a_form_either(understander: Understander) -> None:
    matter = understander.read("老伴走了以后心里难受，天天哭，想找个人说说话").first
    assert matter.urgency is not Urgency.EMERGENCY
    assert matter.alarms == (Alarm.HUMAN,)
    assert matter.needs_human


@pytest.mark.parametrize(
    "words", ["再不管我就去市政府门口拉横幅", "再不来修我们就去堵马路", "要是再没人管我们全楼都去静坐"]
)
def test_a_threat_to_take_it_to_the_street_reaches_a_person(understander: Understander, words: str) -> None:
    assert understander.read(words).first.needs_human


@pytest.mark.parametrize(
    "words",
    [
        "急死人了等了半天公交",
        "楼下开了家火锅店",
        "消防演练着火了怎么跑，几点开始",
        "没有着火，是隔壁在熏腊肉",
        "去年三栋着过火，墙还是黑的，能不能刷一下",
        "昨天晕倒的阿姨没事了，谢谢大家",
        "社区门口拉的横幅再不收就被风吹跑了",
        "门口堵路再不疏通上班都要迟到",
    ],
)
def test_what_only_sounds_like_danger_is_none(understander: Understander, words: str) -> None:
    assert not reaches_a_person(understander.read(words))


@pytest.mark.parametrize(
    ("text", "emergency"),
    [
        ("没气了", False),
        ("家里没气了", False),
        ("爹爹家里没气了打不着火", False),
        ("我爸的煤气罐没气了没人扛", False),
        ("电动车轮胎没气了", False),
        ("我爸没气了", True),
        ("隔壁爹爹躺地上没气了", True),
        ("老公洗澡时倒了没气了", True),
        ("人没气了快来", True),
    ],
)
def test_gas_and_tyres_run_out_and_people_stop_breathing(
    understander: Understander, text: str, emergency: bool
) -> None:
    assert is_emergency(understander.read(text)) is emergency


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("有伢在湖里扑腾", Alarm.FIRE),
        ("房梁嘎嘎响，墙上口子越来越大", Alarm.FIRE),
        ("后山泥巴往下滑，已经到我门口了", Alarm.FIRE),
        ("烟感一直叫，走廊里看不见人", Alarm.FIRE),
        ("他把狗打死了，还说下一个就是我", Alarm.POLICE),
        ("我撑不下去了，药都买好了", Alarm.POLICE),
        ("没意思了，想走了，伢拜托你们照顾", Alarm.POLICE),
    ],
)
def test_signs_of_danger_that_do_not_name_it_call_somebody(understander: Understander, text: str, first: Alarm) -> None:
    reading = understander.read(text)
    assert is_emergency(reading)
    assert reading.first.alarms[0] is first


@pytest.mark.parametrize(
    "text",
    [
        "鸭子在湖里扑腾，好好玩",
        "伢们夏天在江里扑腾玩水，能不能立个牌子",
        "烟感一直叫，是不是没电了，换个电池",
        "排队排了半天下一个就是我，窗口关门了",
        "高血压药买好了，谢谢",
        "护坡上的土被雨冲得往下滑，请加固",
        "被物业气得吐血",
        "今天跑步跑得要断气了",
        "狗掉到坑里了",
    ],
)
def test_near_words_of_danger_are_none(understander: Understander, text: str) -> None:
    assert not is_emergency(understander.read(text))


@pytest.mark.parametrize(
    ("text", "emergency"),
    [
        ("想死你了老同学", False),
        ("上次着火的那栋楼现在修好没", False),
        ("请问着火了应该怎么逃生", False),
        ("去年着火的那户现在又着火了", True),
        ("着火了怎么逃生快", True),
    ],
)
def test_what_is_over_asked_about_or_said_in_fun_calls_nobody(
    understander: Understander, text: str, emergency: bool
) -> None:
    assert is_emergency(understander.read(text)) is emergency


def test_who_is_scalded_needs_an_ambulance_and_who_is_scalded_by_somebody_the_police(
    understander: Understander,
) -> None:
    assert understander.read("我老公被开水烫了起泡").first.alarms[0] is Alarm.AMBULANCE
    assert understander.read("他用开水烫孩子").first.alarms[0] is Alarm.POLICE
