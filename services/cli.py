"""The command line `tonghop`: every command, each in a file of its own."""

import typer

from services import (
    bench_commands,
    catalogue_commands,
    demo_commands,
    log_commands,
    serve_commands,
    user_commands,
)

app = typer.Typer(
    name="tonghop",
    help="Periodic reports from communes and departments, rolled up into provincial indicators.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo_commands.demo)
app.command("serve")(serve_commands.serve_command)
app.command("migrate")(serve_commands.migrate)
app.add_typer(catalogue_commands.app, name="catalogue")
app.add_typer(user_commands.app, name="users")
app.add_typer(log_commands.dead_letters, name="dead-letters")
app.add_typer(log_commands.events, name="events")
app.add_typer(bench_commands.app, name="bench")


def main() -> None:
    """The entry point of the distribution."""
    app()
