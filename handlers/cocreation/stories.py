"""共享, 故事: before and after, sent to everybody who took part and shown on a public page, without names.

Pictures are shown only as long as their senders agree. If they withdraw, page and chat no longer show them.
"""

from typing import Any

from handlers import pushes
from handlers.cocreation import linking, story_channel
from handlers.cocreation.prompts import ask_again, ask_words, for_community, given_words, lines_of
from handlers.event import Address
from handlers.feature import Feature, own_button
from handlers.pushes import Push
from handlers.reply import Button, Priority, Reply, Rows
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Role
from storage.reference import CommunityRow

SHOWN = 3
LINES = 3
LONGEST_TITLE = 40


def show(turn: Turn) -> None:
    """故事: show the newest stories of the community."""
    for_community(turn, "story_make", _show)


def _show(turn: Turn, community: CommunityRow) -> None:
    found = turn.uow.stories.public(community.id, SHOWN)
    make: Rows = ((own_button(turn, community, "story_make"),),) if turn.as_staff else ()
    if turn.as_staff or not found:
        turn.say("story.head" if found else "story.none", make, community=community.name)
    for story in found:
        rows: Rows = ((own_button(turn, community, "story_hide", no=story.no),),) if turn.as_staff else ()
        turn.send(Reply(turn.event.address, story_text(turn, story), rows))


def story_text(turn: Turn, story: Any) -> str:
    return turn.context.texts("story.card", title=story.title, before=story.before, after=story.after)


# --- writing ---------------------------------------------------------------------------------------------------------


def ask_story(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    text = turn.context.texts("story.ask", code=community.code)
    ask_words(turn, "story_words", community, text, **linking.data_of(data))


def write(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Create a story from lines: title, before, after, optionally a case or topic. Personal data is masked at once."""
    words = given_words(turn, community, asked, turn.context.district.limits.together.longest)
    if words is None:
        return
    mask = turn.context.mask
    lines, matter = linking.split_off(turn, community, asked, lines_of(words))
    if len(lines) != LINES or len(lines[0]) > LONGEST_TITLE:
        why = turn.context.texts("story.lines" if len(lines) != LINES else "story.long_title", n=len(lines))
        ask_again(turn, asked, why, lambda: ask_story(turn, community, role, asked))
        return
    no = turn.uow.stories.make(
        community.id,
        title=mask(lines[0]),
        before=mask(_bare(turn, "before", lines[1])),
        after=mask(_bare(turn, "after", lines[2])),
        **matter.columns,
        staff_id=turn.staff_id,
    )
    story = turn.uow.stories.get(community.id, no)
    asked_for = _ask_for_pictures(turn, community, story)
    actions = ("story_publish", "story_drop")
    rows: Rows = (tuple(own_button(turn, community, action, no=no) for action in actions),)
    head = turn.context.texts("story.draft" if asked_for else "story.draft_no_pictures", n=asked_for)
    text = head + "\n\n" + story_text(turn, story)
    turn.send(Reply(turn.event.address, text, rows))


def _bare(turn: Turn, which: str, line: str) -> str:
    """The line without the heading that the story adds anyway (从前：...)."""
    word = turn.context.texts(f"story.page_{which}")
    return line.removeprefix(word).lstrip(":： ") if line.startswith((f"{word}:", f"{word}：")) else line


def _ask_for_pictures(turn: Turn, community: CommunityRow, story: Any) -> int:
    """Ask everybody who sent a photo whether it may be shown. Returns how many are asked."""
    cases = [story.case_no] if story.case_no else []
    if story.topic_no:
        cases += [case.no for case in turn.uow.topics.cases((community.id, story.topic_no))]
    photos = [photo for no in cases for photo in turn.uow.stories.photos_of_case(community.id, no)]
    asked: dict[tuple[str, int], Any] = {}
    for photo in photos:
        if turn.uow.stories.ask(story, photo):
            asked[photo.bot, photo.account] = photo
    for photo in asked.values():
        row = tuple(
            Button(
                turn.context.texts(f"button.picture_{answer}"),
                "picture",
                community.id,
                data={"no": story.no, "yes": answer == "yes"},
                account=photo.account,
            )
            for answer in ("yes", "no")
        )
        text = turn.context.texts("story.may_we", title=story.title)
        key = f"picture:{community.id}:{story.no}:{photo.bot}:{photo.account}"
        turn.send(Reply(Address(photo.bot, photo.chat), text, (row,), priority=Priority.NOTICE, key=key))
    return len(asked)


def picture(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Store yes or no; a later no removes the picture from page and channel."""
    here, no, agreed = turn.event.address, int(data["no"]), bool(data["yes"])
    mine = [row for row in turn.uow.stories.of_person(here.bot, turn.account) if _is_of(row, community, no)]
    changed = [row for row in mine if (row.agreed_at is not None) is not agreed]
    turn.uow.stories.agree(community.id, no, here.bot, turn.account, yes=agreed)
    for row in changed:
        story_channel.picture(turn, community, turn.uow.stories.get(community.id, no), row.digest, agreed=agreed)
    if not mine:
        turn.tell("problem.no_right", alert=True)
    elif data["yes"]:
        back = turn.mine(
            "button.picture_back", "picture", community_id=community.id, data={"no": data["no"], "yes": False}
        )
        turn.say("story.picture_yes", ((back,),))
    else:
        turn.say("story.picture_no")


def _is_of(row: Any, community: CommunityRow, no: int) -> bool:
    return bool((row.community_id, row.story_no) == (community.id, no))


# --- publishing, hiding ----------------------------------------------------------------------------------------------


def publish(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Publish a story on the public page, and tell everybody who took part, at polite times."""
    story = _story(turn, community, data)
    if not turn.uow.stories.publish(story):
        turn.tell("problem.pressed_already")
        return
    people = linking.took_part(turn, linking.of_row(turn, story))
    tell_those(turn, community, story, people)
    in_channel = story_channel.post(turn, community, story, story_text(turn, story))
    key = "story.published_in_channel" if in_channel else "story.published"
    turn.say(key, title=story.title, n=len(people), path=f"/stories/{community.code}")


def tell_those(turn: Turn, community: CommunityRow, story: Any, people: list[tuple[str, int]]) -> None:
    """Tell everybody who took part, each once."""
    text = turn.context.texts("story.you_took_part") + "\n\n" + story_text(turn, story)
    pushes.invite(turn, community.id, Push(f"story:{story.no}", text), people=people)


def drop(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    story = _story(turn, community, data)
    turn.uow.stories.change(story, hidden_at=turn.uow.now)
    turn.say("story.dropped", title=story.title)


def ask_why(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    story = _story(turn, community, data)
    ask_words(turn, "story_why", community, turn.context.texts("story.ask_why", title=story.title), no=story.no)


def hide(turn: Turn, community: CommunityRow, _role: Role, asked: dict[str, Any]) -> None:
    """Take a story off the page, with a reason that is stored."""
    story = _story(turn, community, asked)
    words = given_words(turn, community, asked, turn.context.district.limits.together.longest)
    if words is not None:
        turn.uow.stories.change(story, hidden_at=turn.uow.now, why_hidden=words)
        story_channel.take_away(turn, community, story)
        pushes.call_off(turn, community.id, f"story:{story.no}")
        turn.say("story.dropped", title=story.title)


def _story(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> Any:
    story = turn.uow.stories.get(community.id, int(data["no"]))
    if story is None or story.hidden_at:
        raise NotAllowed("the story was taken off")
    return story


# --- own data --------------------------------------------------------------------------------------------------------


def _exported(turn: Turn) -> dict[str, Any]:
    found = turn.uow.stories.of_person(turn.event.address.bot, turn.account)
    titles = [(turn.uow.stories.get(row.community_id, row.story_no).title, row.agreed_at) for row in found]
    return {"story_pictures": [{"text": title, "consented_at": agreed} for title, agreed in titles]}


def _erased(turn: Turn) -> None:
    """Remove an erased person's pictures from page and channel."""
    for row in turn.uow.stories.of_person(turn.event.address.bot, turn.account):
        if row.agreed_at is not None and (community := turn.community(row.community_id)):
            story = turn.uow.stories.get(community.id, row.story_no)
            story_channel.picture(turn, community, story, row.digest, agreed=False)
    turn.uow.stories.erase(turn.event.address.bot, turn.account)


FEATURE = Feature(
    buttons={
        "story_make": ask_story,
        "story_publish": publish,
        "story_drop": drop,
        "story_hide": ask_why,
        "picture": picture,
    },
    questions={"story_words": write, "story_why": hide},
    resident_commands={"stories": show},
    staff_commands={"stories": show},
    exports=_exported,
    erases=_erased,
)
