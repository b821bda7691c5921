"""The form of imports."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Flag, Text


class ImportQuery(Schema):
    """For whom a file is imported, and into which record."""

    therapist_id = fields.UUID(required=True)
    prescriber_id = fields.UUID(required=True, metadata={"description": "Holds the medications that are prescribed."})
    patient_id = fields.UUID(
        metadata={"description": "The record; without it, that of the file's Patient, made where there is none."}
    )
    subject = Text(2000, metadata={"description": "Which Patient is meant, such as `Patient/17`."})
    author = fields.List(
        Text(2000),
        validate=validate.Length(max=50),
        metadata={"description": "`name or key=user id`: the member who holds the notes of that outside author."},
    )


class SkippedOut(Schema):
    """Resources that were left out for one reason."""

    reason = fields.String(required=True)
    count = fields.Integer(required=True)
    first_path = fields.String(required=True)


class TypeReportOut(Schema):
    """What became of the resources of one type; the counts add up to all of them."""

    resource_type = fields.String(required=True)
    taken = fields.Integer(required=True)
    kept = fields.Integer(required=True, metadata={"description": "Sealed, and read by nobody yet."})
    unchanged = fields.Integer(required=True, metadata={"description": "Imported before by you, or open to you."})
    changed = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Changed at the source since, and not taken: their places in the file."},
    )
    skipped = fields.List(fields.Nested(SkippedOut), required=True)


class ImportReport(Schema):
    """What became of a file."""

    file_sha256 = fields.String(required=True)
    patient_id = fields.UUID(required=True)
    made_record = Flag(required=True)
    resources = fields.List(fields.Nested(TypeReportOut), required=True)
    warnings = fields.List(fields.String(), required=True)
