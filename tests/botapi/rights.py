"""ChatMember objects with the flags each status must carry."""

from tests.botapi.state import Json, Member

ADMIN_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info",
    "can_invite_users", "can_post_stories", "can_edit_stories",
    "can_delete_stories", "can_pin_messages", "can_manage_topics",
    "can_send_welcome_messages",
)  # fmt: skip
MEMBER_RIGHTS = (
    "can_send_messages", "can_send_audios", "can_send_documents",
    "can_send_photos", "can_send_videos", "can_send_video_notes",
    "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_react_to_messages", "can_edit_tag",
    "can_change_info", "can_invite_users", "can_pin_messages",
    "can_manage_topics",
)  # fmt: skip
ADMIN_DEFAULTS = {
    "can_manage_chat": True,
    "can_delete_messages": True,
    "can_invite_users": True,
    "can_pin_messages": True,
    "can_manage_topics": True,
}


def member_json(member: Member) -> Json:
    """Return the Bot API ``ChatMember`` of any status."""
    base: Json = {"user": member.account.json(), "status": member.status}
    return base | _flags(member) | _known(member.flags)


def _known(flags: Json) -> Json:
    return {k: v for k, v in flags.items() if v is not None}


def _flags(member: Member) -> Json:
    match member.status:
        case "creator":
            return {"is_anonymous": False}
        case "administrator":
            return dict.fromkeys(ADMIN_RIGHTS, False) | ADMIN_DEFAULTS | {"can_be_edited": False, "is_anonymous": False}
        case "restricted":
            rights = dict.fromkeys(MEMBER_RIGHTS, False)
            return rights | {"is_member": True, "until_date": 0}
        case "kicked":
            return {"until_date": 0}
    return {}
