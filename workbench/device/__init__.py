"""A simulated treatment delivery device; it speaks to its provider over the wire only."""
