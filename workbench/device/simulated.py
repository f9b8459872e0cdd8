"""The device itself: finds its work, claims it, fetches, images, delivers, records, finishes; all over the wire.

It knows its provider by address and AE titles only, so it drives any treatment management system that speaks the same classes.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Protocol

from workbench.clock import Clock, SystemClock
from workbench.device.performance import Performance, Progress, Stage
from workbench.device.report import Expectation, Report, Treated
from workbench.device.scenario import NORMAL, Scenario, load_scenario
from workbench.dicom.part10 import Encoded
from workbench.dicom.uids import RandomUids, UidSource
from workbench.errors import Unavailable, WorkbenchError
from workbench.iods.dialect import Dialect
from workbench.network.peer import Peer, Receiver

ANY_PORT = 9


class Provided(Protocol):
    """Where a provider is and what the device is called there (``bench.address`` is one)."""

    @property
    def host(self) -> str:
        """Its host."""
        ...

    @property
    def port(self) -> int:
        """Its port."""
        ...

    @property
    def ae_title(self) -> str:
        """Its AE title."""
        ...

    @property
    def device_ae_title(self) -> str:
        """AE title of this device there, also as a C-MOVE destination."""
        ...

    @property
    def device_port(self) -> int:
        """Port on which it expects this device to receive."""
        ...


class SimulatedDevice:
    """A treatment delivery device.

    Parameters
    ----------
    address : the provider, and this device's own AE title and port.
    scenario : what goes otherwise than normal.
    watch : called with every step, in the calling thread.
    keep : given every object that was fetched or sent, as it was on the wire.
    """

    def __init__(
        self,
        address: Provided,
        *,
        scenario: Scenario = NORMAL,
        watch: Callable[[Progress], object] | None = None,
        keep: Callable[[Encoded], object] | None = None,
        clock: Clock | None = None,
        uid_source: UidSource | None = None,
    ) -> None:
        self._address = address
        self._scenario = scenario
        self._watch = watch or (lambda _: None)
        self._keep = keep or (lambda _: None)
        self._clock = clock or SystemClock()
        self._uids = uid_source or RandomUids()
        self._stop = threading.Event()
        self._acquired: set[str] = set()

    def stop(self) -> None:
        """Emergency stop, from any thread: the beam stops, a partial record is sent, the workitem is canceled."""
        self._stop.set()

    def treat(self) -> Treated:
        """Do one workitem from finding to finishing; after position acquisition also the treatment that waits for it.

        A treatment whose position this device has acquired in a workitem of its own is delivered without images, whenever it comes.

        Raises
        ------
        Conflict : there is nothing to treat, or another device was faster.
        Refused : the provider refuses a step; the message says which and how. A claimed workitem was given up then.
        Unavailable : it does not answer.
        """
        report = self.run()
        if report.problem is not None:
            raise report.problem
        assert report.treated is not None
        return report.treated

    def run(self, scenario: Scenario | str | None = None, *, dialect: Dialect | str | None = None) -> Report:
        """Perform a scenario and report each of its expectations; nothing is tried after the first that fails.

        Parameters
        ----------
        scenario : by itself, by name, or as a TOML file; the device's own when not given.
        dialect : of UPS to perform it in, ``trial`` or ``final``; the scenario's own when not given.

        Raises
        ------
        Refused : no such scenario.
        ValueError : no such dialect.
        Unavailable : the provider does not accept the association, or our port is taken.
        """
        chosen = load_scenario(scenario) if isinstance(scenario, str) else scenario or self._scenario
        if dialect is not None:
            chosen = replace(chosen, dialect=Dialect(dialect))
        met: list[Expectation] = []
        with ExitStack() as open_until_the_end:
            stage = self._stage(chosen, open_until_the_end)
            performance = Performance(stage, chosen)
            note = _performed(performance, met)
            if chosen.steps == NORMAL.steps and met[-1].passed and performance.treatment_follows:
                performance = Performance(stage, chosen)
                note = _performed(performance, met)
        return Report(scenario=chosen.name, expectations=tuple(met), treated=performance.treated, note=note)

    def _stage(self, scenario: Scenario, opened: ExitStack) -> Stage:
        """The associations of both devices and our receiving port, closed with ``opened``."""
        address = self._address

        def peer(calling: str) -> Peer:
            made = Peer(address.host, address.port, called=address.ae_title, calling=calling, dialect=scenario.dialect)
            return opened.enter_context(made)

        rivals: list[Peer] = []

        def rival() -> Peer:
            if not rivals:
                rivals.append(peer(scenario.rival_ae_title))
            return rivals[0]

        receiver = Receiver(own_address(address.host), address.device_port, ae_title=address.device_ae_title)
        return Stage(
            provider=address.ae_title,
            ae_title=address.device_ae_title,
            receiver=opened.enter_context(receiver),
            peer=peer(address.device_ae_title),
            rival=rival,
            clock=self._clock,
            uid_source=self._uids,
            stop=self._stop,
            watch=self._watch,
            keep=self._keep,
            acquired=self._acquired,
        )


def _performed(performance: Performance, met: list[Expectation]) -> str:
    """Perform until the first expectation that fails; a workitem still claimed is given up. What happened beside, in a sentence."""
    try:
        for one in performance.perform():
            met.append(one)
            if not one.passed:
                break
    except WorkbenchError as problem:
        met.append(performance.broken(problem))
    except BaseException:
        performance.give_up()
        raise
    return performance.give_up()


def own_address(host: str) -> str:
    """Our own address that faces a host: where its objects arrive.

    Raises
    ------
    Unavailable : no such host, or no way to it.
    """
    try:
        # A datagram socket that is connected has chosen its way, and sends nothing.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            way.connect((host, ANY_PORT))
            return str(way.getsockname()[0])
    except OSError as problem:
        raise Unavailable(f"host {host}: cannot be reached ({problem.strerror}), expected the provider's", rule="association") from problem
