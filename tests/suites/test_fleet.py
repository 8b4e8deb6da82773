"""One limit for a whole fleet: three Envoys of two workers, two control planes, one PostgreSQL, and more callers than the budget is for."""

import json
import subprocess
from statistics import median

import pytest

from harness import crowd, paths
from harness.dialects import Anthropic, OpenAi
from harness.fleet import Fleet
from harness.providers import settled
from harness.stack import key
from harness.wait import until

TEXT = "tell me a story of a toll and a gate"
# The most tokens of one answer.
ALLOWED = 480
CALLERS = 1_000
# For so many of them the budget is.
SEATS = 400
# What each of the two client APIs asks for, and which provider answers.
ROUTES = [(OpenAi, "smart", "main"), (Anthropic, "wise", "claude")]
BUDGET = SEATS * (ALLOWED + len(TEXT) // 4)


def prepare(fleet, **teams):
    """Providers, routes, and teams by name with their Team objects."""
    fleet.providers(main="openai", claude="anthropic")
    fleet.route("chat", ["smart"], ["main"])
    fleet.route("talk", ["wise"], ["claude"])
    for name, spec in teams.items():
        fleet.team(name, ["chat", "talk"], **spec)


def tokens(limit, **more):
    """A quota that no test outlives: what is used of it is never given back."""
    return {"quotas": [{"name": "budget", "unit": "tokens", "limit": limit, "per": "hour"} | more]}


@pytest.fixture(scope="module")
def fleet():
    with Fleet() as fleet:
        several = tokens(10**9)["quotas"] + [{"name": "rpm", "unit": "requests", "limit": 10**8, "per": "minute"}]
        prepare(fleet, faithful=tokens(BUDGET), faithless=tokens(BUDGET), steady={"quotas": several})
        yield fleet.start()


def show(config, text):
    """Says it to whoever watches, test passed or not."""
    with config.pluginmanager.get_plugin("capturemanager").global_and_fixture_disabled():
        config.pluginmanager.get_plugin("terminalreporter").write_line(f"\n{text}")


@pytest.fixture(scope="module")
def table(request):
    """Rows of dist/fleet.md, which are shown as well."""
    rows = []
    yield rows
    if rows:
        head = ["| traffic | limit | leases | check, then charge | bound |", "|---|---|---|---|---|"]
        text = "\n".join([*head, *rows])
        (paths.DIST / "fleet.md").write_text(text + "\n")
        show(request.config, text)


@pytest.fixture
def say(request):
    return lambda text: show(request.config, text)


def request(number, team, allowed=ALLOWED):
    """A stream, of the two client APIs in turn."""
    dialect, model, _ = ROUTES[number % 2]
    more = {"stream_options": {"include_usage": True}} if dialect is OpenAi else {}
    return crowd.request(dialect, key(team), dialect.body(model, TEXT, stream=True, **dialect.bound(allowed), **more))


def counted(text):
    """Tokens of a text as the gateway counts them; a request of it has some more."""
    arguments = [paths.built("tollgate"), "count", "--model", "gpt-4o"]
    return json.loads(subprocess.run(arguments, input=text, capture_output=True, text=True, check=True).stdout)["tokens"]


def most_at_once(intervals):
    """The most of them that overlap."""
    now = most = 0
    for _, change in sorted([(began, 1) for began, _ in intervals] + [(ended, -1) for _, ended in intervals]):
        now += change
        most = max(most, now)
    return most


def delivered(heard):
    """What providers told of those that were answered, as `tollgate usage` has it: provider -> (requests, input, output)."""
    sums = {}
    for number, answer in heard:
        name = ROUTES[number % 2][2]
        sums[(name,)] = tuple(map(sum, zip(sums.get((name,), (0, 0, 0)), (1, *answer.usage()))))
    return sums


def agree(fleet, served):
    """Providers have answered as many as callers have heard, every stream to its end; what was delivered, in tokens by provider."""
    assert all(answer.whole for _, answer in served)
    sums = delivered(served)
    for (name,), (requests, *_) in sums.items():
        outcomes = [one.outcome for one in settled(fleet.sims[name], requests)]
        assert outcomes == ["answered"] * requests, name
    return sums


@pytest.mark.parametrize(
    "team, writes, traffic",
    [
        ("faithful", ALLOWED, f"{CALLERS:,} streams at once, a budget for {SEATS}"),
        ("faithless", ALLOWED * 6 // 5, "the same, of a model that writes a fifth more than it is allowed"),
    ],
)
def test_a_crowd_spends_the_budget_and_no_more(fleet, table, team, writes, traffic):
    """The bound of docs/decisions/0010-leases.md, with what really happened put in: what is delivered is at most

        L + o * (m + u)

    L: the limit; o: the most by which a request used more than it reserved; m: the most requests in flight at once; u: those that
    had ended and were not yet reported. A crowd cannot have ended in more than its own number.
    """
    for provider in fleet.sims.values():
        provider.reset()
        faithless = {"usage": {"input": len(TEXT) // 4, "output": writes}} if writes > ALLOWED else {}
        provider.set(answer="word " * ALLOWED, delta_chars=96, event_delay_ms=100, **faithless)
    first = list(enumerate(crowd.at_once(fleet.port, [request(number, team) for number in range(CALLERS)])))
    heard, latest = [], first
    while any(answer.status == 200 for _, answer in latest):
        heard += latest
        # What was reserved and not used is there for those who come again, as SDKs do.
        again = [number for number, answer in latest if answer.status != 200]
        latest = list(zip(again, crowd.at_once(fleet.port, [request(number, team) for number in again])))
    heard += latest
    served = [(number, answer) for number, answer in heard if answer.status == 200]

    for number, answer in heard:
        if answer.status == 200:
            continue
        assert answer.status == 429, answer.raw
        _, message = ROUTES[number % 2][0].error(answer.json())
        assert "budget" in message
        assert 1 <= int(answer.headers["retry-after"]) <= 3600

    sums = agree(fleet, served)
    spent = sum(input + output for _, input, output in sums.values())
    reserved = counted(TEXT) + ALLOWED
    o = max(0, *(sum(answer.usage()) - reserved for _, answer in served))
    m = most_at_once([(answer.began, answer.ended) for _, answer in served])
    bound = BUDGET + o * (m + min(m, len(served)))
    assert o == 0 or writes > ALLOWED
    assert spent <= bound, f"{spent} of {BUDGET}: {o} * ({m} + {m}) beyond it are allowed"
    assert spent >= 0.95 * BUDGET, f"{spent} of {BUDGET}"

    took, each = (median(values) for values in zip(*((one.ended - one.began, sum(one.usage())) for _, one in served)))
    rival = crowd.check_then_charge(
        BUDGET, [(one.began, one.ended - one.began if one.status == 200 else took, each) for _, one in first]
    )
    share = lambda amount: f"{amount:,.0f} ({amount / BUDGET:.1%})"  # noqa: E731
    table.append(f"| {traffic} | {BUDGET:,} | {share(spent)} | {share(rival)} | {share(bound)} |")

    until(lambda: fleet.usage(team) == sums, f"the ledger has {sums}, and not {fleet.usage(team)}")


def test_a_steady_fleet_hardly_asks(fleet, say):
    """Calls depend on time and not on requests. With one a second of each Envoy at most, 5,000 requests a second make fewer than one call in 1,000."""
    for provider in fleet.sims.values():
        provider.reset()
    steady = crowd.request(OpenAi, key("steady"), OpenAi.body("smart", **OpenAi.bound(40)), close=False)
    crowd.busy(fleet.port, steady, 48, 4)
    calls = [envoy.count("tollgate_quota_calls") for envoy in fleet.envoys]
    seconds = 20
    answers = crowd.busy(fleet.port, steady, 48, seconds)
    calls = [envoy.count("tollgate_quota_calls") - before for envoy, before in zip(fleet.envoys, calls)]

    assert set(answers) == {200}
    rate = answers[200] / seconds
    say(f"{rate:,.0f} requests/s: {sum(calls)} quota calls in {seconds} s, {sum(calls) / answers[200] * 1000:.2f} per 1,000 requests")
    assert all(0 < count <= seconds for count in calls), calls


def test_neither_a_killed_control_plane_nor_a_killed_database_costs_a_token():
    """A job of 150 callers that goes on until its budget is gone; meanwhile a replica dies and comes back, and so does PostgreSQL."""
    limit = 600_000
    with Fleet() as fleet:
        prepare(fleet, job=tokens(limit))
        fleet.start()
        # Less than they may: what is reserved and not used comes back, through whoever is there.
        fleet.sims["main"].set(usage={"input": 7, "output": 413}, answer="word " * 40, delta_chars=20, event_delay_ms=100)
        fleet.sims["claude"].set(usage={"input": 9, "output": 605}, answer="word " * 50, delta_chars=20, event_delay_ms=100)
        callers = crowd.Crowd(fleet.port, 150, lambda number: request(number, "job", 500 if number % 2 == 0 else 700))
        with callers:
            until(lambda: callers.served() >= 150, "the job is under way")
            fleet.replicas[0].kill()
            until(lambda: callers.served() >= 400, "the other replica serves everybody")
            fleet.postgres.kill()
            fleet.postgres.start()
            until(lambda: callers.served() >= 600, "the database has recovered")
            fleet.replicas[0].start()
            fleet.replicas[1].kill()

            def gone():
                latest = [answer.status for _, answer in callers.heard[-1_000:]]
                return len(latest) == 1_000 and set(latest) == {429}

            until(gone, "the budget is gone", within=90)
        fleet.replicas[1].start()

        statuses = {answer.status for _, answer in callers.heard}
        # Whoever needed a new lease while nobody could grant one was told so.
        assert statuses <= {200, 429, 503}, statuses
        served = [(number, answer) for number, answer in callers.heard if answer.status == 200]
        sums = agree(fleet, served)
        spent = sum(input + output for _, input, output in sums.values())
        assert 0.95 * limit <= spent <= limit
        until(lambda: fleet.usage("job") == sums, f"the ledger has {sums}, and not {fleet.usage('job')}")


def test_an_envoy_that_dies_takes_with_it_no_more_than_it_held():
    """At most an eighth of the limit over the number of Envoys, a quarter of that for each of its workers, and what its streams had reserved: it
    stays charged, since nobody knows what became of it.
    """
    limit, most = 400_000, 700
    with Fleet() as fleet:
        prepare(fleet, job=tokens(limit))
        fleet.start()
        for provider in fleet.sims.values():
            provider.set(usage={"input": 9, "output": 605}, answer="word " * 50, delta_chars=20, event_delay_ms=100)
        with crowd.Crowd(fleet.port, 100, lambda number: request(number, "job", most)) as callers:
            until(lambda: callers.served() >= 200, "the job is under way")
            fleet.envoys[2].kill()
            until(lambda: [answer.status for _, answer in callers.heard[-1_000:]] == [429] * 1_000, "the budget is gone", within=90)
        answered = [(number, answer) for number, answer in callers.heard if answer.status == 200 and answer.whole]
        cut = [answer for _, answer in callers.heard if answer.status in (0, 200) and not answer.whole]
        assert {answer.status for _, answer in callers.heard} <= {0, 200, 429}
        spent = sum(sum(answer.usage()) for _, answer in answered)
        lost = limit / 8 / 3 * (1 + 2 / 4) + len(cut) * (most + 2 * counted(TEXT))
        assert spent <= limit
        assert spent >= 0.95 * limit - lost, f"{spent} of {limit}, {len(cut)} streams were cut"
        # What it had not reported is lost, and nothing is booked that was not.
        booked = sum(requests for requests, *_ in fleet.usage("job").values())
        assert booked <= len(answered) + len(cut)


def test_without_a_control_plane_leases_run_on_and_then_the_policy_decides():
    with Fleet() as fleet:
        prepare(fleet, strict=tokens(10**6), lenient=tokens(10**6) | {"onUnavailable": "allow"})
        fleet.start(envoys=1, replicas=1, postgres=False)
        served = {"strict": [], "lenient": []}

        def ask(team):
            [answer] = crowd.at_once(fleet.port, [request(len(served[team]), team, 20)])
            if answer.status == 200:
                served[team].append((len(served[team]), answer))
            return answer

        def refused():
            assert ask("lenient").status == 200
            answer = ask("strict")
            return answer.status != 200 and answer

        # A lease is as large as recent use wants it.
        for _ in range(40):
            for team in served:
                assert ask(team).status == 200
        fleet.replicas[0].kill()
        # The lease is still there.
        for team in served:
            assert ask(team).status == 200
        answer = until(refused, "the lease has ended", within=120, every=0.25)
        assert answer.status == 503
        ROUTES[len(served["strict"]) % 2][0].error(answer.json())
        uncounted = {"tollgate__team": "lenient", "tollgate__quota": "unavailable"}
        until(lambda: ask("lenient").status == 200 and fleet.envoys[0].log.entries(**uncounted), "the lenient team's has ended, too")

        fleet.replicas[0].start()
        until(lambda: ask("strict").status == 200, "there is a lease again")
        # What was used meanwhile, counted or not, is told once somebody listens.
        for team, heard in served.items():
            sums = delivered(heard)
            until(lambda: fleet.usage(team) == sums, f"the ledger has {sums}, and not {fleet.usage(team)}", within=60)
