"""As whom PostgreSQL runs: it refuses root, so root becomes somebody else first."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from shared.db.errors import NoUnprivilegedUser, ServerDidNotStart

_NAMESPACE_COMMAND = ("unshare", "-U", "--map-user=1000", "--map-group=1000")
_OTHER_USERS = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Identity:
    """How to start a program without root's rights.

    In a user namespace (`prefix`) the program still owns root's files, so any folder of ours will
    do. As another user (`user_id`) the data folder must be given to that user.
    """

    prefix: tuple[str, ...] = ()
    user_id: int | None = None
    group_id: int | None = None

    def start(
        self, command: list[str], *, folder: Path, output: int, source: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """Starts the program in its own session, so that Ctrl-C in a terminal reaches us only.

        Raises:
            ServerDidNotStart: the system does not let us run it, or run it as that user.
        """
        try:
            return self._start(command, folder=folder, output=output, source=source)
        except OSError as error:
            raise ServerDidNotStart(program=command[0], output=str(error)) from error

    def _start(
        self, command: list[str], *, folder: Path, output: int, source: int
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own command line
            [*self.prefix, *command],
            cwd=folder,
            stdin=source,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=self.user_id,
            group=self.group_id,
            extra_groups=None if self.user_id is None else [],
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
        )

    def own(self, path: Path) -> None:
        """Gives the file or folder, and all in it, to the identity, where that differs from us;
        the folder it lies in is opened for passing through, not for reading.
        """
        if self.user_id is None or self.group_id is None:
            return
        path.parent.chmod(0o711)
        for each in (path, *path.rglob("*")):
            os.chown(each, self.user_id, self.group_id, follow_symlinks=False)


def unprivileged_identity() -> Identity:
    """Ourselves, unless we are root: then a user namespace, else the user postgres or nobody.

    Raises:
        NoUnprivilegedUser: root, and neither way is open.
    """
    if os.geteuid() != 0:
        return Identity()
    if namespaces_allowed():
        return Identity(prefix=_NAMESPACE_COMMAND)
    return other_user()


def namespaces_allowed() -> bool:
    """Whether this kernel and container let us make a user namespace."""
    if shutil.which("unshare") is None:
        return False
    probe = subprocess.run(  # noqa: S603 - constant command line
        [*_NAMESPACE_COMMAND, "true"], capture_output=True, check=False, timeout=30
    )
    return probe.returncode == 0


def other_user() -> Identity:
    """The first of the users postgres and nobody that exists.

    Raises:
        NoUnprivilegedUser: neither exists.
    """
    for name in _OTHER_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Identity(user_id=entry.pw_uid, group_id=entry.pw_gid)
    raise NoUnprivilegedUser
