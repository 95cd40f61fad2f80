"""What any long-running process needs, whatever it is about: threads, pauses, contained defects, shared results."""
