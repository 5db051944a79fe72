"""`ragcheck report`: a stored run as a page or as files for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ragcheck.run import RunFolder

#: Formats that hold one system after the other, so that `--system` can choose.
_BY_SYSTEM = ("trec", "csv")


@click.command(name="report")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "json", "csv", "trec"]),
    default="html",
    show_default=True,
    help="The page; its verdict and systems; values per question; TREC run and qrels.",
)
@click.option("--system", metavar="ID", help="Only this system (csv, trec).")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; a folder for trec.")
@click.option("--charts", type=click.Path(path_type=Path), help="Folder for SVG and PNG charts.")
@click.option(
    "--against", type=click.Path(path_type=Path), help="Another run, to compare with in the page."
)
@click.option("--open", "open_it", is_flag=True, help="Open the page in a browser.")
def command(run: Path, form: str, system: str | None, open_it: bool, **places: Path | None) -> None:
    """Render RUN, a folder that `ragcheck sweep` wrote, without its documents or models.

    The page goes to report.html and TREC files to trec/ in that folder, json and csv to stdout,
    unless --out names another place. With --charts only the charts are written, as files.
    """
    from ragcheck.errors import ConfigError
    from ragcheck.run import open_folder

    if system is not None and form not in _BY_SYSTEM:
        raise ConfigError(f"`--system` has no meaning for {form}, which shows every system")
    if open_it and form != "html":
        raise ConfigError(f"`--open` shows the page, not {form}")
    out, charts, against = (places[name] for name in ("out", "charts", "against"))
    if against is not None and form != "html":
        raise ConfigError(f"`--against` compares in the page, not in {form}")
    folder = open_folder(run)
    if charts is not None:
        _charts(folder, charts)
    elif form == "html":
        _page(folder, out, open_folder(against) if against else None, open_it)
    elif form == "trec":
        _trec(folder, _chosen(folder, system), out or folder.path / "trec")
    else:
        _write(_text(folder, form, system), out)


def _charts(folder: RunFolder, place: Path) -> None:
    from ragcheck.report.charts import write

    for file in write(folder, place):
        click.echo(str(file))


def _page(folder: RunFolder, out: Path | None, against: RunFolder | None, open_it: bool) -> None:
    from ragcheck.api import write_report
    from ragcheck.cli.sweeping import show_result

    show_result(folder, write_report(folder, out, against), as_json=False, open_it=open_it)


def _text(folder: RunFolder, form: str, system: str | None) -> bytes:
    import json

    from ragcheck.report.summary import summary
    from ragcheck.report.tables import values_csv

    if form == "csv":
        return values_csv(folder, _chosen(folder, system))
    return (json.dumps(summary(folder), ensure_ascii=False, indent=1) + "\n").encode()


def _write(data: bytes, out: Path | None) -> None:
    from ragcheck.files import write_atomically

    if out is None:
        click.echo(data, nl=False)
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(out, data)
        click.echo(out)


def _trec(folder: RunFolder, systems: list[str], out: Path) -> None:
    from ragcheck.report.trec import export
    from ragcheck.report.words import plural

    for files in export(folder, systems):
        _write(files.run.encode(), out / f"{files.name}.run")
        _write(files.qrels.encode(), out / f"{files.name}.qrels")
        if files.shared:
            click.echo(
                f"warning: {files.name}: {plural(files.shared, 'question')} with a chunk that"
                " completes several passages: recall, ndcg and map of TREC tools are lower there",
                err=True,
            )


def _chosen(folder: RunFolder, system: str | None) -> list[str]:
    """The system named, or every finished one in the plan's order."""
    if system is not None:
        return [folder.result(system).system.id]
    return [result.system.id for result in folder.run.systems]
