"""Notices: `telling` writes them, `reading` finds their words, `ahead` looks at what will end, `outbox` mails."""
