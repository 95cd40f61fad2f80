"""The page of share links and of what happened."""
