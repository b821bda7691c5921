"""Special notes: releases by their author, their own access log, and what does not belong in them."""
