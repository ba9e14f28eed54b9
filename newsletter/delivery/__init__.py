"""How mail gets there: plan, ledger, the one sending loop, and the providers."""
