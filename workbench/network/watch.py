"""What a subscriber asks of a provider: to be told of workitems, or no more. Each call is an association of its own."""

from __future__ import annotations

from pydicom.dataset import Dataset

from workbench.dicom import uids
from workbench.errors import Refused
from workbench.iods.dialect import Dialect
from workbench.network.contexts import UPS_SUBSCRIBE_ACTION, UPS_SUSPEND_ACTION, UPS_UNSUBSCRIBE_ACTION
from workbench.network.link import Link
from workbench.network.peer import Reply
from workbench.settings import Limits, Peer


class Watch:
    """Subscriptions at a provider.

    Parameters
    ----------
    calling : AE title that asks and, unless another receiver is named, is told.
    dialect : in which it asks, and will be told.
    """

    def __init__(self, provider: Peer, *, calling: str, dialect: Dialect = Dialect.FINAL, limits: Limits | None = None) -> None:
        self._provider = provider
        self._calling = calling
        self._dialect = dialect
        self._limits = limits or Limits()

    def subscribe(
        self, workitem: str | None = None, *, has_lock: bool = False, keys: Dataset | None = None, receiver: str | None = None
    ) -> Reply:
        """N-ACTION 3: be told of a workitem; of all when none is named, or of those that match.

        Parameters
        ----------
        has_lock : whether the provider is to keep workitems until we unsubscribe (Deletion Lock).
        keys : matching keys as in C-FIND.
        """
        information = Dataset()
        information.update(keys or Dataset())
        information.DeletionLock = "TRUE" if has_lock else "FALSE"
        everything = uids.UPS_GLOBAL_SUBSCRIPTION if keys is None else uids.UPS_FILTERED_GLOBAL_SUBSCRIPTION
        return self._act(UPS_SUBSCRIBE_ACTION, workitem or everything, information, receiver)

    def unsubscribe(self, workitem: str | None = None, *, receiver: str | None = None) -> Reply:
        """N-ACTION 4: be told no more of a workitem; of none when none is named."""
        return self._act(UPS_UNSUBSCRIBE_ACTION, workitem or uids.UPS_GLOBAL_SUBSCRIPTION, Dataset(), receiver)

    def suspend(self, *, receiver: str | None = None) -> Reply:
        """N-ACTION 5: be told of no workitem to come."""
        return self._act(UPS_SUSPEND_ACTION, uids.UPS_GLOBAL_SUBSCRIPTION, Dataset(), receiver)

    def _act(self, action: int, subject: str, information: Dataset, receiver: str | None) -> Reply:
        """The message names Push, although it travels on Watch (PS3.4 CC.3.1)."""
        information.ReceivingAE = receiver or self._calling
        watch = self._dialect.watch
        link = Link(self._provider, calling=self._calling, offered=(watch,), limits=self._limits)
        try:
            association = link.open()
            if watch not in link.accepted():
                raise Refused(f"{link.where}: did not accept UPS class {watch}, expected one that has watchers", rule="sop-class")
            status, _ = association.send_n_action(information, action, self._dialect.push, subject, link.next_message(), watch)
        finally:
            link.close()
        return Reply.of(status)
