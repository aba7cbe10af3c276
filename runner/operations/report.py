"""The page of a run, or of several that are compared; it plays nothing and writes nothing."""

import shlex
from collections.abc import Iterator, Sequence
from itertools import chain

from runner.core.comparison.compared import Compared
from runner.core.transcript import Transcript
from runner.operations.compare_runs import compare_runs
from runner.operations.read import transcripts_of
from runner.operations.stage import Asked
from runner.reports.page.comparison import comparison_section
from runner.reports.page.page import Heading, page
from runner.store.assessments import read_assessment
from runner.store.folder import RunFolder


def page_of(folders: Sequence[RunFolder], compared: Compared | None = None) -> bytes:
    """The page of some runs, with what was compared; a run that was played as a comparison is compared for it."""
    manifests = [folder.read_manifest() for folder in folders]
    if compared is None and len(folders) == 1 and Asked.load(manifests[0].asked).design is not None:
        compared = compare_runs(folders, None, None, margin=None, alpha=None)
    commands = dict.fromkeys(shlex.join(manifest.command) for manifest in manifests if manifest.command)
    heading = Heading(
        name=", ".join(folder.name for folder in folders),
        command="\n".join(commands),
        started_at=manifests[0].started_at,
        status=", ".join(dict.fromkeys(manifest.status for manifest in manifests)),
    )
    section = "" if compared is None else comparison_section(compared)
    found = chain.from_iterable(_told_apart(folder, several=len(folders) > 1) for folder in folders)
    assessment = read_assessment(folders[0]) if len(folders) == 1 else None
    return "".join(page(heading, found, section, assessment)).encode("utf-8")


def _told_apart(folder: RunFolder, *, several: bool) -> Iterator[Transcript]:
    """A run's transcripts; of several runs each has the run's name in its id, and as an axis of its own."""
    for transcript in transcripts_of(folder):
        if several:
            update = {
                "id": f"{folder.name}: {transcript.id}",
                "variant": {"run": folder.name, **transcript.variant},
            }
            yield transcript.model_copy(update=update)
        else:
            yield transcript
