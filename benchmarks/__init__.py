"""What cxtool's speed is measured against. Every figure is a ratio to a peer in the same run."""
