"""Named rows of Beam options. A row comes with its proof; always name the runner.

`local` is Beam's FnApiRunner in this process. `DirectRunner` means the same here: Beam's own default of that name
looks for Prism first and then picks one of two runners with different semantics.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from schemas.errors import ConfigError


class Row(NamedTuple):
    """How to run a graph: `build(pipeline)` adds it, and the call returns when it is done."""

    run: Callable[[Callable[[Any], None]], Any]
    words: str


def run_local(build: Callable[[Any], None]) -> Any:
    """Run a bounded graph in this process; raises what a step raised outside the door for failures."""
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.runners.portability.fn_api_runner import FnApiRunner

    options = PipelineOptions(["--direct_num_workers=1", "--direct_running_mode=in_memory"])
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=options)
    build(pipeline)
    result = pipeline.run()
    result.wait_until_finish()
    return result


RUNNERS = {
    "local": Row(run_local, "this machine, in one process with a guarded pool"),
}
ALIASES = {"DirectRunner": "local", "FnApiRunner": "local"}


def runner(name: str) -> Row:
    """The row of a name. Raises ConfigError for one that is not there."""
    row = RUNNERS.get(ALIASES.get(name, name))
    if row is None:
        raise ConfigError(f"unknown runner {name!r}", remedy=f"known runners: {', '.join([*RUNNERS, *ALIASES])}")
    return row
