"""The description of an exported folder. Reading order: `manifest.schema.json`, `manifest`, `strict_json`, `graphs`."""
