"""The form of Consents that come from other systems."""

from marshmallow import Schema, fields

from careteam.api.schemas.consents import said
from careteam.api.schemas.fields import Instant, Text
from careteam.services.consents.from_fhir_parties import SAID


class ConsentImportQuery(Schema):
    """Whom the references of the Consent mean here, and its end where it names none."""

    parties = Text(
        6000,
        required=True,
        **said(f"{SAID} Name every reference, such as `Patient/17=patient Organization/3=record`."),
    )
    valid_until = Instant(**said("The end, exclusive, of a permit that names none; left out of every other."))


class ConsentImport(Schema):
    """What a Consent became. Consents wait for the patient's signature; restrictions hold already."""

    content_sha256 = fields.String(required=True)
    consents = fields.List(fields.UUID(), required=True, **said("All together say what the source permits."))
    restrictions = fields.List(fields.UUID(), required=True)
    remarks = fields.List(
        fields.String(), required=True, **said("What the source says besides, and that opens and closes nothing here.")
    )
