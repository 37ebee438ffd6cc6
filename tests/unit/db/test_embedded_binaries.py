"""Where the programs of PostgreSQL are looked for."""

from pathlib import Path

import pytest

from shared.db.embedded_binaries import OLDEST_MAJOR, find_binaries
from shared.db.errors import BinariesNotFound


def program(path: Path, *, prints: str) -> None:
    path.write_text(f"#!/bin/sh\necho '{prints}'\n")
    path.chmod(0o755)


def programs(folder: Path, *, version: str) -> Path:
    for name in ("initdb", "postgres"):
        program(folder / name, prints=f"{name} (PostgreSQL) {version}")
    return folder


def test_the_wheel_is_found_without_asking_its_own_api() -> None:
    found = find_binaries()
    assert found.major >= OLDEST_MAJOR
    assert Path(found.initdb).is_file()


@pytest.mark.parametrize(
    ("version", "major"),
    [
        pytest.param("18.6", 18, id="release"),
        pytest.param("17beta1", 17, id="beta"),
        pytest.param("15.13 (Debian 15.13-0+deb12u1)", 15, id="debian"),
    ],
)
def test_the_folder_that_the_operator_names_comes_first(
    tmp_path: Path, version: str, major: int
) -> None:
    programs(tmp_path, version=version)
    found = find_binaries(tmp_path)
    assert (found.folder, found.major) == (tmp_path, major)


def test_a_named_folder_without_programs_is_refused_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(BinariesNotFound, match="does not hold initdb and postgres"):
        find_binaries(tmp_path)


def test_a_version_that_our_sql_does_not_run_on_is_refused(tmp_path: Path) -> None:
    programs(tmp_path, version="14.2")
    with pytest.raises(BinariesNotFound, match="too old"):
        find_binaries(tmp_path)


def test_programs_that_do_not_run_are_refused(tmp_path: Path) -> None:
    for name in ("initdb", "postgres"):
        (tmp_path / name).write_text("not a program")
    with pytest.raises(BinariesNotFound, match="does not run"):
        find_binaries(tmp_path)
