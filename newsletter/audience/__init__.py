"""Who gets it: subscribers, consent, suppression, and the keys of their links."""
