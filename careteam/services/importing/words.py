"""Words that several kinds of imported items share."""

NOT_STATED = "Not stated in the imported file"
NAME = 200
"""The longest name of an outside author."""


def clipped(text: str, longest: int) -> str:
    """Return the text, or its beginning and an ellipsis where it is longer."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
