"""Random acts of a patient in a random world: each with its preview's address and its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from careteam.policy.vocabulary import SHAREABLE_CLASSES, EmergencyRule, Label
from tests.consent.acts import signature
from tests.policy.cast import BO, NOW, PATIENT, PAUL, STRANGER, TESS
from tests.security.random_worlds import RandomWorld
from tests.world import World

LABELS = sorted(set(Label) - {Label.SUBSTANCE_USE})
MEMBERS = tuple(f"member:{who}" for who in (TESS, PAUL, BO, STRANGER))
DISCLOSERS = ("team", "patient", *MEMBERS)
RECIPIENTS = ("role:therapist", "role:prescriber", *MEMBERS)
HOURS = (0, 0, 0, 5, 40)
"""When a consent begins, from now; those of the world end within a day, so that some go on after them."""


@dataclass(frozen=True, slots=True)
class RandomAct:
    """How one act is asked for, and how its preview is: method, address, body, version."""

    name: str
    preview: tuple[str, Any]
    act: tuple[str, str, Any]
    version: int | None = None
    about: Mapping[str, Any] = field(default_factory=dict)


class Acting:
    """The patient of a random world, who knows what there is to act on."""

    def __init__(self, world: World, made: RandomWorld, rng: Random) -> None:
        self.made, self.rng = made, rng
        self.client = world.client(made.person(PATIENT))
        self.record = f"/api/v1/patients/{made.team.patient_id}"

    def next(self) -> RandomAct:
        """Draw an act."""
        name = self.rng.choice(("sign", "sign", "sign", "revoke", "revoke", "everywhere", "restrict", "lift", "join"))
        act: RandomAct = getattr(self, name)()
        return act

    def listed(self, what: str) -> list[dict[str, Any]]:
        """What a list shows the patient."""
        return list(self.client.get(f"{what}?limit=100").json["items"])

    def sign(self) -> RandomAct:
        """Draft a document and sign it; one that cannot be drafted is only asked about."""
        body, place = self.document(), f"{self.record}/consents"
        draft = self.client.post(place, body)
        if draft.status_code != 201:
            return RandomAct("sign what cannot be drafted", (f"{place}/preview", body), ("POST", place, body))
        here = f"{place}/{draft.json['id']}"
        act = ("POST", f"{here}/signature", signature("-"))
        return RandomAct("sign", (f"{here}/preview", None), act, draft.json["version"], body)

    def document(self) -> dict[str, Any]:
        """A document, mostly one that can be signed."""
        rng, begins = self.rng, NOW + timedelta(hours=self.rng.choice(HOURS))
        active = [c["id"] for c in self.listed(f"{self.record}/consents") if c["status"] == "active"]
        items = sorted(str(i.id) for i in self.made.readable(PATIENT))
        here = sorted({f"member:{m.user_id}" for m in self.made.team.memberships if not (m.declined or m.ended)})
        outside = [rng.choice(MEMBERS)] if rng.random() < 0.1 else []
        made: dict[str, Any] = {
            "disclosers": rng.sample(("team", "team", "patient", *here, *outside), rng.choice((1, 2, 3))),
            "recipients": rng.sample((*RECIPIENTS[:2], *here, *outside), rng.choice((1, 2, 3))),
            "classes": rng.sample(sorted(SHAREABLE_CLASSES - {"message"}), 8),
            "labels": rng.sample(LABELS, rng.choice((0, 2, 4))),
            "valid_from": begins.isoformat(),
            "valid_until": (begins + timedelta(hours=rng.choice((9, 90)))).isoformat(),
        }
        if rng.random() < 0.3:
            made["exceptions"] = {"items": rng.sample(items, 2), "holders": rng.sample(("patient", *here), 1)}
        if active and rng.random() < 0.6:
            made["supersedes_id"] = rng.choice(active)
        return made

    def revoke(self) -> RandomAct:
        """Take back one consent, or a part of it."""
        known = self.listed(f"{self.record}/consents")
        if not known:
            return self.everywhere()
        place = f"{self.record}/consents/{self.rng.choice(known)['id']}/revocation"
        return self._no("revoke", place)

    def everywhere(self) -> RandomAct:
        """Take back everything, or a part of it."""
        return self._no("everywhere", f"{self.record}/revocations")

    def _no(self, name: str, place: str) -> RandomAct:
        rng = self.rng
        part = rng.choice((
            {},
            {"item_class": rng.choice(sorted(SHAREABLE_CLASSES))},
            {"recipient": rng.choice(RECIPIENTS)},
            {"discloser": rng.choice(DISCLOSERS)},
        ))  # fmt: skip
        return RandomAct(name, (f"{place}/preview", part), ("POST", place, part))

    def restrict(self) -> RandomAct:
        """Say no to somebody about something."""
        rng, place = self.rng, f"{self.record}/restrictions"
        body: dict[str, Any] = {
            "against": rng.choice(("anyone", *RECIPIENTS)),
            "emergency": rng.choice([*EmergencyRule]),
        }
        body |= rng.choice((
            {"item_class": rng.choice(sorted(SHAREABLE_CLASSES))},
            {"label": rng.choice(LABELS)},
            {"holder": rng.choice(("patient", *MEMBERS))},
            {"item_id": str(rng.choice(self.made.items).id)},
        ))  # fmt: skip
        return RandomAct("restrict", (f"{place}/preview", body), ("POST", place, body))

    def lift(self) -> RandomAct:
        """Lift a restriction."""
        known = self.listed(f"{self.record}/restrictions")
        if not known:
            return self.restrict()
        place = f"{self.record}/restrictions/{self.rng.choice(known)['id']}"
        return RandomAct("lift", (f"{place}/lifting/preview", None), ("DELETE", place, None))

    def join(self) -> RandomAct:
        """Agree to a membership, mostly one that waits for it."""
        known = self.listed("memberships")
        waiting = [m for m in known if "patient" in m["awaits"]] or known
        place = f"/api/v1/memberships/{self.rng.choice(waiting)['id']}"
        return RandomAct("join", (f"{place}/preview", None), ("POST", f"{place}/agreement", None))
