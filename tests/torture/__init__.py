"""Long proofs: nothing lost, nothing torn. Short forms run in ``make test``."""
