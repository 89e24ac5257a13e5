"""relyv sync: plan what goes to Segment, send it, and see where it stands."""

import typer

from commands.sync import again, forget, keys, look, send, stand, standards

app = typer.Typer(no_args_is_help=True, help="Plan and send what goes to Segment.")

app.command()(look.plan)
app.command()(look.explain)
app.command("in-doubt")(look.in_doubt)
app.command()(send.run)
app.command()(send.retry)
app.command()(again.resync)
app.command()(again.backfill)
app.command()(stand.status)
app.command()(forget.forget)
app.command()(stand.pause)
app.command()(stand.resume)
app.command()(keys.check)
app.command()(keys.rebind)
app.command("renew-ids")(keys.renew_ids)
app.command("tracking-plan")(standards.tracking_plan)
app.command()(standards.schema)
