"""What an exported folder says of itself. Reading order: `manifest`, then `graphs`."""
