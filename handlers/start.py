"""First contact: /start, alone, with a signed link of a community or building, or with an invitation for staff."""

from handlers import choosing_community
from handlers.context import Serves
from handlers.reply import Reply
from handlers.residents import drafts, joining, proxies
from handlers.turn import Turn
from ledger.lifecycle import Role

INVITATION = "inv_"


def start(turn: Turn) -> None:
    argument = turn.event.argument
    turn.person.paused_at = None
    if argument.startswith(INVITATION):
        _bind(turn, argument.removeprefix(INVITATION))
    elif turn.bot.serves is Serves.STAFF:
        turn.say("start.staff" if turn.staff else "start.staff_only")
    elif argument and (place := turn.context.links.read(argument)):
        _set_place(turn, *place)
    elif argument and (case := turn.context.links.read_case(argument)):
        joining.show(turn, case)
    elif argument and (case := turn.context.links.read_person(argument)):
        proxies.show_claim(turn, case)
    else:
        turn.say("start.staff" if turn.as_staff else "start.hello")


def _bind(turn: Turn, token: str) -> None:
    """An invitation is good for one account, once, for 48 hours; where staff do not talk it is not used up."""
    if turn.bot.serves is Serves.RESIDENTS:
        turn.say("start.invitation_elsewhere")
        return
    address = turn.event.address
    staff_id = turn.uow.staff.accept(token, address.bot, turn.account, address.chat)
    if staff_id is None:
        turn.say("start.invitation_bad")
        return
    row = turn.uow.reference.staff.get(staff_id)
    turn.say("start.bound", name=row.name if row else "")
    turn.outcome = "bound"


def _set_place(turn: Turn, community_id: int, building_id: int | None) -> None:
    community = turn.community(community_id)
    if community is None:
        turn.say("start.hello")
        return
    choosing_community.set_community(turn, community, building_id)
    buildings = turn.uow.reference.buildings_of.get(community.id, [])
    building = next((b.name for b in buildings if b.id == building_id), "")
    turn.say("start.here", community=community.name, building=building)
    if drafts.there_is_one(turn):
        drafts.show(turn, below=True)


def help_(turn: Turn) -> None:
    """What one may do here: residents, grid workers and managers, responsible units, and who is none of them."""
    if turn.as_staff and turn.staff:
        roles = {right.role for right in turn.staff.rights}
        keys = ["help.officer" if roles == {Role.OFFICER} else "help.staff"]
        keys += [f"help.{role}" for role in (Role.MANAGER, Role.SUPERVISOR) if role in roles]
        known = (*turn.communities_for("queue"), *turn.uow.reference.real_communities())
        code = next((community.code for community in known), "")
        turn.send(Reply(turn.event.address, "\n".join(turn.context.texts(key, code=code) for key in keys)))
    else:
        turn.say("start.staff_only" if turn.bot.serves is Serves.STAFF else "help.resident")


def person(turn: Turn) -> None:
    """Somebody asks for a human."""
    turn.say("help.person")
