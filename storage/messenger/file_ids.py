"""File ids under which a bot can send a stored file again without uploading it."""

from sqlalchemy import Connection, select

from storage.sql.bulk import upsert
from storage.tables import FileCopy


def copies(connection: Connection, bot: str, digests: list[str]) -> dict[str, str]:
    """File ids by digest, for those that `bot` has sent before."""
    statement = select(FileCopy.digest, FileCopy.file_id).where(FileCopy.bot == bot, FileCopy.digest.in_(digests))
    return {row.digest: row.file_id for row in connection.execute(statement)}


def remember(connection: Connection, bot: str, file_ids: dict[str, str]) -> None:
    """Keep the newest ids: one that was refused has been replaced by an upload."""
    statement = upsert(connection)(FileCopy)
    newest = {"file_id": statement.excluded.file_id}
    statement = statement.on_conflict_do_update(index_elements=["bot", "digest"], set_=newest)
    connection.execute(statement, [{"bot": bot, "digest": d, "file_id": f} for d, f in file_ids.items()])
