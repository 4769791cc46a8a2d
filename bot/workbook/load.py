"""Brings a workbook into the reference tables: all of it, or nothing."""

from datetime import datetime

from sqlalchemy import Connection

from bot.workbook.checkups import Checkups, Neighbours
from bot.workbook.council import Members
from bot.workbook.file_check import BadWorkbook
from bot.workbook.findings import Findings
from bot.workbook.people import People
from bot.workbook.places import Places
from bot.workbook.questions import Questions
from bot.workbook.read import Book
from bot.workbook.rooms import RoomsOf
from bot.workbook.roster import Roster
from bot.workbook.sheets import sheets
from bot.workbook.voters import VotersOf
from ledger.district import District
from storage.register import Register, keep_units, withdraw_invitations


def bring_in(
    connection: Connection, book: Book, district: District, now: datetime, *, revoke: bool = False
) -> Findings:
    """Write a workbook that was read; belongs into one transaction.

    Raises:
        BadWorkbook: every mistake, by sheet and row. The transaction must end with it.
    """
    fresh = Book(book.lines, book.findings.copy())  # the work may be run again
    keep_units(connection, district.units)
    register = Register(connection)
    places = Places(register, fresh, district.limits.population)
    places.bring_in()
    people = People(register, places, district, revoke=revoke)
    people.bring_in()
    Roster(register, places, people).bring_in()
    Questions(register, places).bring_in()
    Neighbours(register, places).bring_in()
    Checkups(register, places, district.checkup.points, now).bring_in()
    VotersOf(register, places).bring_in()
    Members(register, places, now).bring_in()
    RoomsOf(register, places).bring_in()
    if fresh.findings.wrong:
        lines = fresh.findings.wrong_lines([sheet.title for sheet in sheets(district)])
        raise BadWorkbook([*lines, f"共 {len(lines)} 处要改；一行也没有导入"])
    for table in (places.streets, places.communities, places.grids, places.buildings):
        table.count_left()
    register.save()
    withdraw_invitations(connection, people.dismissed)
    return fresh.findings
