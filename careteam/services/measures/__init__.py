"""Scored questionnaires: answered here, asked for, or imported; their scores, and what these say to one viewer."""
