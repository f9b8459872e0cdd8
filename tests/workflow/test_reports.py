"""What subscribers are told: nothing of before they subscribed, however late the history is read."""

from __future__ import annotations

from typing import Final

from tests.workflow.house import House, HouseMaker
from workbench.iods.dialect import Dialect
from workbench.mapping.event_reports import ReportType
from workbench.settings import Peer
from workbench.workflow.reports import Reports
from workbench.workflow.subscriptions import Subscriptions, Wish

WATCHER: Final = Peer(ae_title="WATCHER", host="127.0.0.1", port=11112)


def subscribe(house: House, uid: str, *, has_lock: bool = False) -> None:
    """Have the watcher told of a workitem."""
    wish = Wish(subject=uid, receiver="WATCHER", actor="WATCHER", dialect=Dialect.FINAL)
    Subscriptions(house.schedule.desk).subscribe(wish, has_lock=has_lock)


def told(house: House) -> list[tuple[ReportType, str]]:
    """Type and state of every report that is due when the whole history is read at once, and last."""
    return [(one.type, str(one.information.get("ProcedureStepState"))) for one in Reports(house.schedule.desk).due(0)[1]]


def test_what_happened_before_a_subscription_is_not_told(make_house: HouseMaker) -> None:
    """A workitem is SCHEDULED and assigned, then subscribed to; the history is read after that: the initial report alone."""
    house = make_house(peers=(WATCHER,))
    uid = house.workitem(house.prepare()).uid

    subscribe(house, uid)

    assert told(house) == [(ReportType.STATE, "SCHEDULED")]


def test_a_subscription_that_is_asked_for_again_goes_on(make_house: HouseMaker) -> None:
    """With a lock the second time: what happened between the two is told, though it is read after both."""
    house = make_house(peers=(WATCHER,))
    session = house.prepare()
    subscribe(house, house.workitem(session).uid)

    uid = house.claim(session)
    subscribe(house, uid, has_lock=True)

    assert told(house) == [(ReportType.STATE, "IN PROGRESS")] * 3
