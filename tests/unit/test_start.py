"""Ctrl-C in the first moments, while the program is still being read, ends it without a trace."""

import signal
import subprocess
import sys

INTERRUPTED_WHILE_READING = """
import signal, sys
from importlib.abc import MetaPathFinder

class Interrupt(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "services.commands.demo":
            signal.raise_signal(signal.SIGINT)
        return None

sys.meta_path.insert(0, Interrupt())
signal.signal(signal.SIGINT, signal.default_int_handler)
from services.start import main
main()
"""


def test_ctrl_c_while_the_program_is_read_leaves_no_trace() -> None:
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", INTERRUPTED_WHILE_READING],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (128 + signal.SIGINT, "", "")
