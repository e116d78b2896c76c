"""What comes with the library when it is installed without extras."""

from __future__ import annotations

from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

MOST_DISTRIBUTIONS = 30
MOST_MEGABYTES = 60


def _needed(name: str, found: dict[str, Distribution], extras: frozenset[str] = frozenset()) -> None:
    """Add a distribution, and what it needs, to those found."""
    key = canonicalize_name(name)
    if key in found:
        return
    found[key] = distribution(name)
    for text in found[key].requires or []:
        requirement = Requirement(text)
        wanted = [{"extra": extra} for extra in extras or {""}]
        if requirement.marker is None or any(requirement.marker.evaluate(each) for each in wanted):
            _needed(requirement.name, found, frozenset(requirement.extras))


def _bytes(of: Distribution) -> int:
    files = [of.locate_file(file) for file in of.files or [] if not file.name.endswith(".pyc")]
    return sum(Path(str(file)).stat().st_size for file in files if Path(str(file)).is_file())


def test_the_core_brings_few_distributions_and_megabytes():
    found: dict[str, Distribution] = {}
    _needed("agent-scenario", found)
    own = sum(
        path.stat().st_size
        for path in Path(__file__).parents[1].glob("src/scenario/**/*")
        if path.suffix != ".pyc"
    )

    assert len(found) <= MOST_DISTRIBUTIONS, sorted(found)
    assert (own + sum(_bytes(each) for each in found.values())) / 1e6 <= MOST_MEGABYTES
