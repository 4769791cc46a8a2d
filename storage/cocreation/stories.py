"""Stories of what was achieved, and the pictures that may be shown with them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from storage.base_store import Store
from storage.counters import next_no
from storage.tables import Attachment, CaseMessage, CasePerson, Story, StoryPicture


class Stories(Store):
    def make(self, community_id: int, **of: Any) -> int:
        no = next_no(self._uow, community_id, "story")
        self._put(Story, community_id=community_id, no=no, made_at=self._uow.now, **of)
        return no

    def get(self, community_id: int, no: int) -> Any:
        return self._one(Story, Story.community_id == community_id, Story.no == no)

    def public(self, community_id: int, limit: int) -> list[Any]:
        """Published stories, the newest first."""
        shown = (Story.published_at.is_not(None), Story.hidden_at.is_(None))
        newest = (Story.published_at.desc(), Story.no.desc())
        return self._many(Story, Story.community_id == community_id, *shown, by=newest, limit=limit)

    def change(self, story: Any, **values: Any) -> int:
        return self._change(Story, Story.community_id == story.community_id, Story.no == story.no, **values)

    def publish(self, story: Any) -> bool:
        """Publish a story. False: it was published before."""
        same = (Story.community_id == story.community_id, Story.no == story.no, Story.published_at.is_(None))
        return self._change(Story, *same, published_at=self._uow.now) == 1

    # pictures --------------------------------------------------------------------------------------------------------

    def photos_of_case(self, community_id: int, case_no: int) -> list[Any]:
        """Photos sent by people of a case: digest, bot, account, chat."""
        in_message = CaseMessage.community_id == Attachment.community_id
        in_message &= CaseMessage.attachment_id == Attachment.id
        of_person = (
            (CasePerson.community_id == CaseMessage.community_id)
            & (CasePerson.case_no == CaseMessage.case_no)
            & (CasePerson.bot == CaseMessage.bot)
            & (CasePerson.chat == CaseMessage.chat)
        )
        statement = (
            select(Attachment.digest, CasePerson.bot, CasePerson.account, CasePerson.chat)
            .join(CaseMessage, in_message)
            .join(CasePerson, of_person)
            .where(CaseMessage.community_id == community_id, CaseMessage.case_no == case_no)
            .where(Attachment.kind == "photo", Attachment.digest.is_not(None))
            .distinct()
        )
        return list(self._uow.read(statement, Attachment, CaseMessage, CasePerson))

    def ask(self, story: Any, photo: Any) -> bool:
        """Record that a person is asked whether their picture may be shown. False: they were asked before."""
        of = {"community_id": story.community_id, "story_no": story.no, "digest": photo.digest}
        who = {"bot": photo.bot, "account": photo.account, "after": False}
        return self._put(StoryPicture, **of, **who, asked_at=self._uow.now)

    def agree(self, community_id: int, no: int, bot: str, account: int, *, yes: bool) -> int:
        """Store a person's agreement, or its withdrawal. Returns the number of pictures concerned."""
        mine = (StoryPicture.bot == bot, StoryPicture.account == account)
        same = (StoryPicture.community_id == community_id, StoryPicture.story_no == no)
        return self._change(StoryPicture, *same, *mine, agreed_at=self._uow.now if yes else None)

    def pictures(self, story: Any) -> list[Any]:
        """Pictures of a story that may be shown."""
        same = (StoryPicture.community_id == story.community_id, StoryPicture.story_no == story.no)
        return self._many(StoryPicture, *same, StoryPicture.agreed_at.is_not(None), by=(StoryPicture.digest,))

    def picture(self, community_id: int, no: int, digest: str) -> Any:
        """A picture that may be shown of a published story that is not hidden. None: any other picture."""
        story = self.get(community_id, no)
        if story is None or story.published_at is None or story.hidden_at is not None:
            return None
        return next((row for row in self.pictures(story) if row.digest == digest), None)

    def of_person(self, bot: str, account: int) -> list[Any]:
        return self._many(StoryPicture, StoryPicture.bot == bot, StoryPicture.account == account)

    def erase(self, bot: str, account: int) -> None:
        """Delete an erased person's pictures from stories."""
        self._delete(StoryPicture, StoryPicture.bot == bot, StoryPicture.account == account)
