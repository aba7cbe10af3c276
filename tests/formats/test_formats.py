"""The formats that can be named."""

from importlib import import_module

import pytest

from runner.formats import IMPORTERS


@pytest.mark.parametrize("place", IMPORTERS.values())
def test_every_importer_is_where_it_is_said_to_be(place: str) -> None:
    """Each name leads to a function with a sentence."""
    module, _, name = place.partition(":")
    assert getattr(import_module(module), name).__doc__
