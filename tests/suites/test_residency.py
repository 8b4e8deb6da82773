"""A team's data stays in the regions it names: also when the only provider there is down."""

import openai
import pytest

from harness.stack import Stack

MESSAGES = [{"role": "user", "content": "hi"}]


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        stack.providers(process="us", region_="us", american="openai")
        stack.providers(process="eu", region_="eu", european="anthropic")
        stack.providers(process="nowhere", unstated="openai")
        stack.route("chat", ["smart"], ["american"], fallback=["unstated", "european"])
        stack.team("anywhere", ["chat"])
        stack.team("at-home", ["chat"], residency=["eu"])
        stack.team("both", ["chat"], residency=["us", "eu"])
        yield stack.start()


@pytest.fixture(autouse=True)
def fresh(stack):
    stack.reset()


def asked(stack, team):
    """Who served the team."""
    done = stack.openai(team).chat.completions.create(model="smart", messages=MESSAGES)
    assert done.choices[0].message.content == "You said: hi"
    return [name for name, sim in stack.sims.items() if sim.received()]


def test_without_residency_the_first_provider_serves(stack):
    assert asked(stack, "anywhere") == ["american"]


def test_only_providers_of_the_regions_serve(stack):
    assert asked(stack, "at-home") == ["european"]
    stack.reset()
    assert asked(stack, "both") == ["american"]


def test_failover_stays_within_the_regions(stack):
    stack.sims["american"].set(status=529)
    assert asked(stack, "both") == ["american", "european"]


def test_no_provider_elsewhere_is_asked_in_need(stack):
    """One without a region is elsewhere, too. (The last test: Envoy leaves a host out for a while that failed so often.)"""
    stack.sims["european"].set(status=529)
    for _ in range(3):
        with pytest.raises(openai.InternalServerError):
            asked(stack, "at-home")
    assert stack.sims["american"].received() == stack.sims["unstated"].received() == []
