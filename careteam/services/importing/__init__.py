"""Stores what `careteam.fhir_reading` read: all of a file, or nothing of it.

`import_bundle` is the way in for every door. It flushes; the door commits, one file at a time.
"""

from careteam.services.importing.lookups import Named, resolve
from careteam.services.importing.opening import Opened, open_kept, with_kept
from careteam.services.importing.refusals import RefusedFile, TooLarge
from careteam.services.importing.report import Report, TypeReport
from careteam.services.importing.run import ACT, import_bundle

__all__ = [
    "ACT", "Named", "Opened", "RefusedFile", "Report", "TooLarge", "TypeReport", "import_bundle", "open_kept",
    "resolve", "with_kept",
]  # fmt: skip
