"""Commands as an operator types them."""

import asyncio

from click.testing import Result
from typer.testing import CliRunner

from services.cli import app


async def run(*words: str, typed: str | None = None) -> Result:
    """Run a command in a thread of its own, since it opens its own event loop."""
    return await asyncio.to_thread(CliRunner().invoke, app, list(words), input=typed)


async def run_well(*words: str, typed: str | None = None) -> str:
    """What the command printed; it must succeed."""
    result = await run(*words, typed=typed)
    assert result.exit_code == 0, result.output
    return result.stdout


def assert_one_line(result: Result, *, saying: str) -> None:
    """It was refused, with one line on standard error."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    assert saying in result.stderr
