"""The reports: one module each, and what they share. `catalogue.REPORTS` names them all."""
