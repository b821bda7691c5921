"""Rule 6: the patient's standing no."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from careteam.policy.facts import Against, Exceptions
from careteam.policy.vocabulary import EmergencyRule, ItemClass, Label
from tests.policy.cast import (
    BO,
    DAY,
    ITEM,
    MEDICATION,
    NEIGHBOUR,
    NOW,
    OF_PATIENT,
    OF_TEAM,
    PATIENT,
    PAUL,
    PRESCRIBER,
    PROGRESS,
    TESS,
    THEO,
    THERAPIST,
    TO_PRESCRIBERS,
    Case,
    as_bo,
    as_theo,
    case,
    consent,
    item,
    member,
    restriction,
    team,
    to,
)
from tests.policy.matching import ItemFact

HIV, VIOLENCE = Label.HIV, Label.VIOLENCE
of_patient, labelled = item(by=PATIENT), item(labels=[HIV, VIOLENCE])
everything = consent(classes=list(ItemClass), labels=list(Label), disclosers=[OF_TEAM, OF_PATIENT])
bo_in, theo_in = team(member(BO, THERAPIST), member(BO, PRESCRIBER)), team(member(THEO, THERAPIST))
bo_once_prescribed = team(member(BO, THERAPIST), member(BO, PRESCRIBER, ended=True))
against_prescribers, against_therapists = Against(role=PRESCRIBER), Against(role=THERAPIST)


def no(name: str, expect: str, *, of_item: ItemFact | None = None, **changes: Any) -> Case:
    """The plainest item, or the one given, under a consent to everything and one restriction."""
    asked = {key: changes.pop(key) for key in ("team", "reader", "at", "stored") if key in changes}
    given = (of_item,) if of_item else ()
    return case(name, expect, *given, consents=(everything,), restrictions=(restriction(**changes),), **asked)


READERS = (
    no("anyone", "6", item_class=PROGRESS),
    no("this member", "6", item_class=PROGRESS, against=Against(user_id=PAUL)),
    no("another member", "consent", item_class=PROGRESS, against=Against(user_id=TESS)),
    no("this role", "6", item_class=PROGRESS, against=against_prescribers),
    no("another role", "consent", item_class=PROGRESS, against=against_therapists),
    no("one of the reader's two roles", "6", item_class=PROGRESS, against=against_therapists, reader=as_bo, team=bo_in),
    no(
        "a role that the reader no longer has",
        "consent",
        item_class=PROGRESS,
        against=against_prescribers,
        reader=as_bo,
        team=bo_once_prescribed,
    ),
    no(
        "a later joiner of the role", "6", item_class=PROGRESS, against=against_therapists, reader=as_theo, team=theo_in
    ),
    no(
        "a representation is no member",
        "consent",
        item_class=PROGRESS,
        against=Against(representation_id=UUID(int=0x6001)),
        stored=False,
    ),
)

COVERS = (
    no("class: this one", "6", item_class=PROGRESS),
    no("class: another", "consent", item_class=MEDICATION),
    no("label: the item has it", "6", label=HIV, of_item=item(labels=[HIV])),
    no("label: the item has it and another", "6", label=VIOLENCE, of_item=labelled),
    no("label: the item has another", "consent", label=VIOLENCE, of_item=item(labels=[HIV])),
    no("label: the item has none", "consent", label=HIV),
    no("holder: this member", "6", holder_id=TESS),
    no("holder: another member", "consent", holder_id=PAUL),
    no("holder: a member, the patient's item", "consent", holder_id=TESS, of_item=of_patient),
    no("holder: matched on the holder, not the author", "consent", holder_id=THEO, of_item=item(author_id=THEO)),
    no("holder: the patient", "6", of_patient=True, of_item=of_patient),
    no("holder: the patient, a member's item", "consent", of_patient=True),
    no("item: this one", "6", item_id=ITEM),
    no("item: another", "consent", item_id=NEIGHBOUR),
    no("class and label: both match", "6", item_class=PROGRESS, label=HIV, of_item=labelled),
    no("class and label: the class does not", "consent", item_class=MEDICATION, label=HIV, of_item=labelled),
    no("class and label: the label does not", "consent", item_class=PROGRESS, label=HIV),
    no("class and holder: both match", "6", item_class=PROGRESS, holder_id=TESS),
    no("class and holder: the holder does not", "consent", item_class=PROGRESS, holder_id=THEO),
    no("class and holder: the class does not", "consent", item_class=MEDICATION, holder_id=TESS),
    no("class and patient: both match", "6", item_class=PROGRESS, of_patient=True, of_item=of_patient),
    no("class and patient: the patient does not", "consent", item_class=PROGRESS, of_patient=True),
    no("label and holder: both match", "6", label=HIV, holder_id=TESS, of_item=labelled),
    no("label and holder: the label does not", "consent", label=HIV, holder_id=TESS),
    no("item and label: the label does not", "consent", item_id=ITEM, label=HIV),
    no("all four: all match", "6", item_class=PROGRESS, label=HIV, holder_id=TESS, item_id=ITEM, of_item=labelled),
    no(
        "all four: one does not",
        "consent",
        item_class=PROGRESS,
        label=HIV,
        holder_id=PAUL,
        item_id=ITEM,
        of_item=labelled,
    ),
)

lifted, standing = restriction(item_class=PROGRESS, lifted=True), restriction(2, item_class=PROGRESS)
of_medications = restriction(0, item_class=MEDICATION)
allows_in_emergency = replace(standing, emergency=EmergencyRule.ALLOW)
later_permit = consent(7, valid_from=NOW)
STANDING = (
    case("in force until lifted: lifted", "consent", restrictions=(lifted,)),
    case("in force until lifted: one lifted, another not", "6", restrictions=(lifted, standing)),
    case("one matches, another does not", "6", restrictions=(of_medications, standing)),
    case("a later permit does not undo it", "6", consents=(consent(), later_permit), restrictions=(standing,)),
    case(
        "a later permit by name does not undo it",
        "6",
        consents=(consent(9, recipients=[to(PAUL)]),),
        restrictions=(standing,),
    ),
    case("however old it is", "6", at=NOW + 300 * DAY, restrictions=(standing,)),
    case(
        "a consent lists the label: the restriction holds",
        "6",
        item(labels=[HIV]),
        consents=(consent(labels=[HIV]),),
        restrictions=(restriction(label=HIV),),
    ),
    case("emergency: allow changes nothing without an emergency session", "6", restrictions=(allows_in_emergency,)),
    case("without a consent there is nothing to restrict", "5", consents=(), restrictions=(standing,)),
    case(
        "it says no against all consents, an exception against one",
        "6",
        consents=(consent(but=Exceptions(items=frozenset({ITEM}))), consent(2)),
        restrictions=(standing,),
    ),
    case("it narrows items only as far as it matches", "consent", item(MEDICATION, by=TESS), restrictions=(standing,)),
    case(
        "permits add up, restrictions narrow",
        "6",
        restrictions=(standing,),
        consents=(consent(), consent(2, recipients=[TO_PRESCRIBERS])),
    ),
)

CASES = READERS + COVERS + STANDING
