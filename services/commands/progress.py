"""A bar on standard error for work that takes a while; nothing is shown before it begins."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console
from rich.progress import Progress

Advance = Callable[[int, int], None]
"""How much of how much is done."""


@contextmanager
def progress_bar(title: str) -> Iterator[Advance]:
    """The bar appears with the first advance and goes with the block."""
    with ExitStack() as stack:
        bar = Progress(console=Console(stderr=True), transient=True)
        task = bar.add_task(title, total=None)

        def advance(done: int, total: int) -> None:
            if not bar.live.is_started:
                stack.enter_context(bar)
            bar.update(task, completed=done, total=total)

        yield advance
