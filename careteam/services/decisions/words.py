"""A decision in plain words: one sentence for each code of the rule, and for each act that would change it."""

from collections.abc import Mapping
from typing import Any

from careteam.policy.flip import Change
from careteam.policy.vocabulary import ChangeAct, WhyCode

STEPS: Mapping[WhyCode, str] = {
    WhyCode.ACCOUNT_DISABLED: "The account of {reader} is disabled: it reads nothing.",
    WhyCode.NOT_VERIFIED: "No practice verifies {reader} for this: an unverified clinician reads nothing.",
    WhyCode.DRAFT: "It is a draft: only its author reads it.",
    WhyCode.AWAITS_REVIEW: "It was imported and its holder has not confirmed its labels: it is shared with nobody yet.",
    WhyCode.OWN_RECORD: "It is {reader}'s own record.",
    WhyCode.NOT_RELEASED: "Its author has not released it to {reader}.",
    WhyCode.REPRESENTATION: "{reader} acts for the patient, and this is within what they may read.",
    WhyCode.NOT_REPRESENTED: "{reader} acts for the patient, and this is not within what they may read.",
    WhyCode.AUTHOR: "{reader} wrote it, and authors keep reading what they wrote.",
    WhyCode.HOLDER: "{reader} holds it, and holders keep reading what they hold.",
    WhyCode.CURRENT_MEMBER: "{reader} is in the care team.",
    WhyCode.NOT_IN_TEAM: "{reader} is not in the care team.",
    WhyCode.NOT_AGREED: "Not both sides have agreed that {reader} is in the care team.",
    WhyCode.DECLINED: "It was declined that {reader} is in the care team.",
    WhyCode.MEMBERSHIP_ENDED: "{reader}'s place in the care team has ended.",
    WhyCode.RELEASED: "A consent to such notes names {reader} and the author, who released this one to them.",
    WhyCode.NO_CONSENT_OF_ITS_KIND: "No consent to such notes names {reader} and the author.",
    WhyCode.MATCHES: "This consent covers it.",
    WhyCode.NOT_SIGNED: "This consent is not signed.",
    WhyCode.REVOKED: "This consent was revoked.",
    WhyCode.NOT_BEGUN: "This has not begun.",
    WhyCode.SUPERSEDED: "Another consent took the place of this one.",
    WhyCode.EXPIRED: "This consent is over.",
    WhyCode.OTHER_PURPOSE: "This consent is for another purpose than treatment.",
    WhyCode.OTHER_RECIPIENT: "This consent does not name {reader}.",
    WhyCode.OTHER_HOLDER: "This consent is about what others hold.",
    WhyCode.EXCEPTED: "This consent leaves it out.",
    WhyCode.OTHER_CLASS: "This consent does not list its class.",
    WhyCode.LABEL_NOT_LISTED: "It carries a label that this consent does not list.",
    WhyCode.OTHER_DATES: "This consent is about other dates.",
    WhyCode.SENT: "You sent it to {reader}.",
    WhyCode.DIRECTED: "You sent it to {reader} and no restriction stops it.",
    WhyCode.CONSENT: "A consent in force covers it and no restriction stops it.",
    WhyCode.NO_CONSENT: "No consent in force covers it.",
    WhyCode.RESTRICTED: "A restriction of yours stops it.",
    WhyCode.EMERGENCY: "{reader} opened it in a stated emergency.",
    WhyCode.EMERGENCY_WITHHELD: "A restriction of yours holds in an emergency too.",
}
ACTS: Mapping[ChangeAct, str] = {
    ChangeAct.ENABLE_ACCOUNT: "A practice, or the operator of this service, enables the account of {reader}.",
    ChangeAct.VERIFY: "The practice of {reader} verifies them as {role}.",
    ChangeAct.AGREE_TO_MEMBERSHIP: "You and {reader} both agree that they are in your care team as {role}.",
    ChangeAct.SIGN_CONSENT: "You sign a consent that lets {reader} read {things} of {holder}{labels}.",
    ChangeAct.SIGN_NOTE: "Its author signs it.",
    ChangeAct.RELEASE_NOTE: "Its author releases it.",
    ChangeAct.CONFIRM_LABELS: "Its holder confirms its labels.",
    ChangeAct.LIFT_RESTRICTION: "You lift this restriction.",
    ChangeAct.RESTRICT: "You restrict {things} of {holder} against {reader}.",
    ChangeAct.SEND_ITEM: "You send it to {reader}.",
    ChangeAct.TAKE_ITEM_BACK: "You take it back from {reader}.",
}


def step_words(code: WhyCode, reader: str) -> str:
    """Return what a step of the rule found."""
    return STEPS[code].format(reader=reader)


def change_words(change: Change, *, reader: str, holder: str) -> str:
    """Return what somebody would have to do."""
    things = f"what is kept as {change.item_class}".replace("_", " ") if change.item_class else ""
    labels = f", labels {', '.join(sorted(change.labels))} included" if change.labels else ""
    return ACTS[change.act].format(reader=reader, role=change.role, things=things, holder=holder, labels=labels)


def told(change: Change, *, reader: str, holder: str) -> dict[str, Any]:
    """Return an act as data and in words."""
    return {
        "act": change.act,
        "about": change.about,
        "role": change.role,
        "class": change.item_class,
        "labels": sorted(change.labels),
        "sentence": change_words(change, reader=reader, holder=holder),
    }
