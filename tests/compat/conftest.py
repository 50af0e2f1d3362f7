"""The compatible classes, loaded once."""

from __future__ import annotations

import pytest

from kokoro_fast import KModel, KPipeline


@pytest.fixture(scope="session")
def kmodel(fetched: None) -> KModel:
    return KModel(repo_id="hexgrad/Kokoro-82M")


@pytest.fixture(scope="session")
def american(kmodel: KModel) -> KPipeline:
    return KPipeline(lang_code="a", model=kmodel)


@pytest.fixture(scope="session")
def quiet() -> KPipeline:
    return KPipeline(lang_code="a", model=False)
