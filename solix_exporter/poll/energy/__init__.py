"""The slow poll: the cloud's daily energy, kept in the ledger; and the same for days long past."""
