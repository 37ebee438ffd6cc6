"""What people read, in Vietnamese and English: one YAML file per language and service."""
