"""What all suites share: the logs of every process that is up go into the report of a failed test."""

import pytest

pytest.register_assert_rewrite("harness")

from harness import process  # noqa: E402  (asserts are rewritten at the first import)
from harness.dialects import DIALECTS  # noqa: E402


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for one in process.running:
            report.sections.append((f"logs of {one.name}", one.tail()))


def pytest_sessionfinish(session, exitstatus):
    process.stop_all()


@pytest.fixture(params=["openai", "anthropic"])
def dialect(request):
    """Both client APIs in turn."""
    return next(one for one in DIALECTS if one.name == request.param)
