"""The ledger's rows: cases with their people, messages, files, history and alarms."""

from storage.cases.people import PersonOfCase
from storage.cases.rows import BY_URGENCY, ROOT_CAUSE, CaseRow, case_row
from storage.cases.store import Cases

__all__ = ["BY_URGENCY", "ROOT_CAUSE", "CaseRow", "Cases", "PersonOfCase", "case_row"]
