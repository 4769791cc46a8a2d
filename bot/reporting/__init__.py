"""Reports that are due or asked for: computed in one transaction, drawn in another process, sent to their receivers."""
