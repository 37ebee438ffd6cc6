"""The command line `tonghop`: every command, each in a file of its own."""

import typer

from services.commands import (
    admin,
    backup,
    bench,
    catalogue,
    conversion,
    demo,
    doctor,
    form_draft,
    form_preview,
    logs,
    organizations,
    restore,
    rollups,
    serve,
    users,
)

app = typer.Typer(
    name="tonghop",
    help="Periodic reports from communes and departments, rolled up into provincial indicators.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve_command)
app.command("migrate")(serve.migrate)
catalogue.app.command("import-conversion")(conversion.import_conversion)
catalogue.app.command("draft")(form_draft.draft)
catalogue.app.command("preview")(form_preview.preview)
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(organizations.app, name="organizations")
app.add_typer(admin.app, name="admin")
app.add_typer(users.app, name="users")
app.command("backup")(backup.backup)
app.command("restore")(restore.restore)
app.command("doctor")(doctor.doctor)
app.command("verify")(rollups.verify)
app.command("rebuild")(rollups.rebuild)
app.add_typer(logs.dead_letters, name="dead-letters")
app.add_typer(logs.events, name="events")
app.add_typer(bench.app, name="bench")


def main() -> None:
    """All commands; `services.start` is the entry point."""
    app()
