"""Our own subscriber: it hears what it subscribed to, as values, in either dialect."""

from __future__ import annotations

import pytest

from tests.clinic import LOCK, connect, make_ion_plan
from tests.network.wire import prepare
from workbench.bench import Workbench
from workbench.dicom import uids
from workbench.iods.dialect import Dialect
from workbench.mapping.event_reports import EventReport, ReportType
from workbench.network.watcher import Watcher


@pytest.mark.parametrize("dialect", list(Dialect))
def test_a_watcher_hears_a_workitem_as_values(provider: Workbench, dialect: Dialect) -> None:
    """Initial state, claim and progress; the words are those of the final text whatever is spoken."""
    _, uid = prepare(provider)

    with Watcher(provider.address, dialect=dialect) as watcher, connect(provider) as device:
        assert watcher.subscribe(uid).is_success
        watcher.until(lambda report: report.state == "SCHEDULED")
        device.act(uid, "IN PROGRESS", LOCK)
        device.report(uid, LOCK, percent=50, text="Beam 1")
        watcher.until(lambda report: report.type is ReportType.PROGRESS)

        assert watcher.reports == (
            EventReport(type=ReportType.STATE, subject=uid, state="SCHEDULED", readiness="READY"),
            EventReport(type=ReportType.STATE, subject=uid, state="IN PROGRESS", readiness="READY"),
            EventReport(type=ReportType.PROGRESS, subject=uid, percent=50.0, text="Beam 1"),
        )


def test_a_watcher_watches_everything_suspends_and_leaves(provider: Workbench) -> None:
    """With lock, then no workitem to come, then nothing more; each is seen on the provider's side."""
    with Watcher(provider.address) as watcher:
        seen = []
        _, uid = prepare(provider)
        for call in (lambda: watcher.subscribe(has_lock=True), watcher.suspend, watcher.unsubscribe):
            assert call().is_success
            seen.append([(getattr(one, "workitem_uid", "all"), one.has_lock) for one in provider.subscriptions()])
        watcher.until(lambda report: report.subject == uid)

    assert seen == [[("all", True), (uid, True)], [(uid, True)], []]


def test_a_refused_subscription_says_why(provider: Workbench) -> None:
    """There is no such workitem."""
    with Watcher(provider.address) as watcher:
        reply = watcher.subscribe("2.25.1")

    assert (reply.status, reply.comment) == (0xC307, "No such workitem here")


def test_what_does_not_come_is_said_with_what_came(provider: Workbench) -> None:
    """A wait that ends tells what was heard instead."""
    _, uid = prepare(provider)

    with Watcher(provider.address) as watcher:
        watcher.subscribe(uid)
        watcher.until(lambda report: report.subject == uid)
        with pytest.raises(TimeoutError, match="heard state SCHEDULED, inputs READY"):
            watcher.until(lambda report: report.state == "COMPLETED", timeout=0.01)


def test_subscriptions_show_themselves(provider: Workbench) -> None:
    """Who is told of what, as a table for a notebook."""
    keys = make_ion_plan()
    del keys[:]
    keys.PatientID = "P-001"
    _, uid = prepare(provider)

    with Watcher(provider.address) as watcher:
        watcher.subscribe(keys=keys)
        watcher.subscribe(uid, has_lock=True)

    shown = provider.subscriptions()._repr_html_()
    for words in ("DEVICE", "those to come that match", uid, "subscribed with lock", "final"):
        assert words in shown
    assert uids.UPS_GLOBAL_SUBSCRIPTION not in shown
