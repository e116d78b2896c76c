from pathlib import Path

import pytest

from scenario.demo.shop import Shop, open_shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return open_shop(tmp_path / "shop.db")
