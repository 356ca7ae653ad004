"""The command line. Data goes to stdout, the rest to stderr; `--json` on every listing.

Exit codes: 0 done, 1 failed, 2 usage, 3 done but past a threshold, 4 bad configuration, 5 the ledger is held by
another process, 130 interrupted. Nothing heavy is imported here: `--help` answers at once.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pipeline import __version__
from pipeline.commands import claims, feeds, forget, look, passes, sites, stores, tryout, upkeep
from pipeline.logs import configure
from schemas.errors import NewsbeamError

app = typer.Typer(
    name="newsbeam",
    help="News feeds in, evidence out: who said what, in which words, exactly where.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

app.command("run")(passes.run)
app.command("watch")(passes.watch)
app.command("demo")(passes.demo)
app.command("try")(tryout.tryout)
app.command("explain")(look.explain)
app.command("claims")(claims.claims)
app.command("sql")(look.sql)
app.command("runs")(look.runs)
app.command("replay")(upkeep.replay)
app.command("retry")(upkeep.retry)
app.command("forget")(forget.forget)
app.command("upkeep")(forget.upkeep)
app.command("relate")(claims.relate)
app.command("reindex")(upkeep.reindex)
app.command("validate")(upkeep.validate)
app.command("config")(upkeep.config)
app.add_typer(look.dead, name="dead")
app.add_typer(feeds.app, name="feeds")
app.add_typer(sites.app, name="sites")
app.add_typer(stores.ledger, name="ledger")
app.add_typer(stores.archive, name="archive")


@app.callback(invoke_without_command=True)
def version(show: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False) -> None:
    if show:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Entry point: every error becomes one line on stderr and an exit code."""
    configure()
    try:
        code = app(standalone_mode=False)
    except typer.Abort:
        code = 130
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        code = 130
    except NewsbeamError as error:
        typer.echo(f"newsbeam: {error}", err=True)
        code = error.exit_code
    except BrokenPipeError:  # `newsbeam sql … | head`: the reader has had enough
        sys.stderr.close()
        code = 0
    except Exception as error:
        usage = getattr(error, "show", None)  # click's own errors know how to show themselves
        if usage is None:
            raise
        usage()
        code = getattr(error, "exit_code", 2)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
