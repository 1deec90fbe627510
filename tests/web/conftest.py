import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _no_pack_of_another_test():
    cache.clear()
