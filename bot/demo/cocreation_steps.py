"""What people of the second story do again and again, and how what they heard is looked at."""

from bot.demo.script import Tale

TITLE = "停车及充电设施"


def neighbour(number: int) -> str:
    return f"neighbour{number}"


async def opens_topic(tale: Tale, who: str = "manager") -> None:
    tale.people[who].says("议题")
    await tale.goes_on(quietly=True)
    await tale.taps(who, TITLE, quietly=True)


async def asks(tale: Tale, word: str, label: str, words: str) -> None:
    """The manager opens a list by a word, taps what begins something new, and writes it down."""
    tale.people["manager"].says(word)
    await tale.goes_on()
    await tale.taps("manager", label)
    await writes(tale, "manager", words)


async def writes(tale: Tale, who: str, words: str) -> None:
    tale.people[who].says(words)
    await tale.goes_on()


def over(tale: Tale, who: str, words: str) -> bool:
    answer = tale.people[who].over_the_button
    return answer is not None and words in answer.text


def ever(tale: Tale, who: str) -> str:
    """All that somebody has heard so far."""
    return "\n".join(message.text for message in tale.people[who].heard)
