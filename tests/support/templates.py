"""All templates of pages, of every service."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = [
    ROOT / "shared" / "web" / "templates",
    *sorted((ROOT / "services").glob("*/templates")),
]
TEMPLATES = sorted(path for folder in FOLDERS for path in folder.rglob("*.html"))


def template_id(path: Path) -> str:
    return str(path.relative_to(ROOT))
