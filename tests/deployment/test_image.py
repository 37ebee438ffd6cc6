"""What the image is made of, tried without a container engine."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.deployment.composition import DOCKERFILE, PROJECT

PACKAGES = ("migrations", "services", "shared")
DOCKERIGNORE = PROJECT / ".dockerignore"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made as the Dockerfile makes it."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "wheel"]
    options = ["--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run([*pip, *options, str(PROJECT)], check=True)  # noqa: S603
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_holds_every_file_that_git_holds(wheel: Path) -> None:
    tracked = subprocess.run(  # noqa: S603
        ["git", "ls-files", "--", *PACKAGES],  # noqa: S607
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    present = {name for name in tracked.stdout.splitlines() if (PROJECT / name).is_file()}
    assert present
    assert present <= set(zipfile.ZipFile(wheel).namelist())


def test_everything_that_is_copied_is_let_through() -> None:
    allowed = {line[1:] for line in DOCKERIGNORE.read_text().splitlines() if line.startswith("!")}
    copied = {
        word
        for line in DOCKERFILE.read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    }
    assert copied == allowed
    assert all((PROJECT / name).exists() for name in copied)
