"""Stores what `careteam.fhir_reading` read: all of a file, or nothing of it.

`import_bundle` is the way in for every door. It flushes; the door commits, one file at a time.
"""

from careteam.services.importing.lookups import Named, resolve
from careteam.services.importing.refusals import RefusedFile, TooLarge
from careteam.services.importing.report import Report, TypeReport
from careteam.services.importing.run import ACT, import_bundle

__all__ = ["ACT", "Named", "RefusedFile", "Report", "TooLarge", "TypeReport", "import_bundle", "resolve"]
