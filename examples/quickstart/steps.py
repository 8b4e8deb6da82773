"""The six steps of the tour. Each asks through an unmodified SDK, shows what happened, and says what must have held."""

import threading
import time

import anthropic
import openai

import show
from harness.wait import until

EMAIL, CARD = "jane.doe@example.com", "4111 1111 1111 1111"
CLOUD_KEY = "AKIAQYLPMN5HFIQR7XYA"  # looks like one, opens nothing


class NotHeld(Exception):
    """What the step promises is not so."""


def hold(true, text):
    if not true:
        raise NotHeld(text)
    show.held(text)


def say(text):
    return [{"role": "user", "content": text}]


def forget(scene):
    for provider in scene.providers.values():
        if provider.up():
            provider.forget()


def show_received(scene, name):
    """What the provider got, as it came (messages moved to the front): the latest request."""
    received = scene.providers[name].last()
    key = received.header("authorization") or received.header("x-api-key")
    body = received.json()
    show.line(f"{name} got", f"{received.method} {received.path}  key {key}\n{show.short({'messages': body['messages']} | body)}")
    return received


def show_gateway(scene, entry):
    """The access log's facts about a request."""
    facts = {name.rpartition(".")[2]: value for name, value in entry.items() if name.startswith(("gen_ai.", "tollgate."))}
    shown = " ".join(f"{name}={value}" for name, value in facts.items() if value not in (None, "", "-"))
    show.line("gateway", shown)


def logged(scene, team):
    """Remembers where the team's log ends; called, it shows and returns what came after. To be called after each request of
    the team: Envoy writes its log with some delay, and what nobody waited for would be taken for what comes next."""
    before = len(scene.gateway.log.entries(tollgate__team=team))

    def told():
        entry = until(lambda: scene.gateway.log.entries(tollgate__team=team)[before:], "the access log tells")[0]
        show_gateway(scene, entry)
        return entry

    return told


def chat(scene):
    """A chat completion, served by an OpenAI-style provider"""
    forget(scene)
    tell = logged(scene, "support")
    show.line("asked", "openai SDK, team support: model smart, “What is a tollgate?”")
    answer = scene.openai("support").chat.completions.create(model="smart", messages=say("What is a tollgate?"))
    show.line("answer", f"{answer.choices[0].message.content}  ({answer.usage.prompt_tokens} + {answer.usage.completion_tokens} tokens)")
    received = show_received(scene, "openai")
    entry = tell()
    hold(answer.choices[0].message.content == "You said: What is a tollgate?", "the SDK read the provider's answer")
    hold(received.json()["model"] == "gpt-4o", "the provider was asked for its own model name")
    hold("tg-demo-support" not in received.everything(), "with its own key; the team's key stayed here")
    hold(int(entry["gen_ai.usage.output_tokens"]) == answer.usage.completion_tokens, "the provider's usage is on record")


def translated_stream(scene):
    """The same call, streamed, served by Anthropic's API"""
    forget(scene)
    tell = logged(scene, "support")
    show.line("asked", "openai SDK, team support: model claude, stream=True, “Translate every event, please”")
    stream = scene.openai("support").chat.completions.create(
        model="claude", messages=say("Translate every event, please"), stream=True
    )
    chunks = list(stream)
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices[0].delta.content]
    show.line("events", " ".join(repr(piece) for piece in pieces))
    show.line("last event", show.short(chunks[-1].model_dump(exclude_none=True)))
    received = show_received(scene, "anthropic")
    tell()
    hold("".join(pieces) == "You said: Translate every event, please", "the SDK read a stream of chat completion chunks")
    hold(chunks[-1].choices[0].finish_reason == "stop", "stop_reason end_turn became finish_reason stop")
    hold(received.path == "/v1/messages" and received.json()["max_tokens"] > 0, "the provider got its own dialect")
    tell = logged(scene, "support")
    show.line("reverse", "anthropic SDK, team support: model smart, streamed, served by the OpenAI-style provider")
    with scene.anthropic("support").messages.stream(model="smart", max_tokens=99, messages=say("And back again")) as events:
        text = "".join(events.text_stream)
    show.line("answer", text)
    tell()
    hold(text == "You said: And back again", "the anthropic SDK read a stream of message events")
    hold(scene.providers["openai"].last().path == "/v1/chat/completions", "which the OpenAI-style provider had served")


def redaction(scene):
    """Personal data stays home, and comes back in the answer; a cloud key goes nowhere"""
    forget(scene)
    text = f"Write to {EMAIL} about card {CARD}"
    tell = logged(scene, "support")
    # Three bytes at a time, so that every placeholder arrives in pieces.
    scene.providers["openai"].set(chunk_bytes=3, delta_chars=2)
    show.line("asked", f"openai SDK, team support: model smart, streamed, “{text}”")
    stream = scene.openai("support").chat.completions.create(model="smart", messages=say(text), stream=True)
    answer = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    scene.providers["openai"].set()
    received = show_received(scene, "openai")
    show.line("answer", answer)
    tell()
    hold("<EMAIL_1>" in received.body and "<CREDIT_CARD_1>" in received.body, "the provider received placeholders")
    hold(EMAIL not in received.everything() and CARD not in received.everything(), "and neither address nor number")
    hold(answer == f"You said: {text}", "the streamed answer has the originals again")
    forget(scene)
    tell = logged(scene, "support")
    show.line("asked", f"the same, with a cloud key in it: “deploy with {CLOUD_KEY}”")
    try:
        scene.openai("support").chat.completions.create(model="smart", messages=say(f"deploy with {CLOUD_KEY}"))
        raise NotHeld("the key was not refused")
    except openai.BadRequestError as error:
        show.line("refused", f"{type(error).__name__}: {error.message}")
        tell()
        hold("aws-access-key" in error.message and CLOUD_KEY not in error.message, "the refusal names the rule, not the key")
    hold(not scene.providers["openai"].received(), "no provider saw it")


def failover(scene):
    """The first provider is overloaded, then gone; the caller notices nothing"""
    forget(scene)
    first, second = scene.providers["openai"], scene.providers["anthropic"]
    first.set(status=529)
    show.line("set up", "the openai provider answers 529")
    tell = logged(scene, "support")
    answer = scene.openai("support").chat.completions.create(model="smart", messages=say("Anybody there?"))
    show.line("answer", answer.choices[0].message.content)
    tried, served = show_received(scene, "openai"), show_received(scene, "anthropic")
    tell()
    hold(answer.choices[0].message.content == "You said: Anybody there?", "the caller got an answer")
    hold(tried.status == 529 and served.status == 200, "the next provider gave it")
    hold(tried.header("authorization") == f"Bearer {first.key}" and not tried.header("x-api-key"), "the first saw its own key")
    hold(served.header("x-api-key") == second.key and not served.header("authorization"), "the second saw its own key")
    hold("tg-demo" not in tried.everything() + served.everything(), "neither saw the team's")
    first.process.stop()
    forget(scene)
    tell = logged(scene, "support")
    show.line("set up", "the openai provider is switched off: its process has ended")
    answer = scene.openai("support").chat.completions.create(model="smart", messages=say("Still there?"))
    show.line("answer", answer.choices[0].message.content)
    tell()
    scene.start_provider("openai")
    hold(answer.choices[0].message.content == "You said: Still there?", "the caller noticed nothing")
    hold(second.last().status == 200, "the next provider gave the answer")


def quota(scene):
    """A team spends its tokens per minute; another goes on"""
    show.line("asked", "openai SDK, team trial (400 tokens per minute), again and again")
    client, error = scene.openai("trial"), None
    text = "Count " + "one two three " * 8
    for count in range(40):
        try:
            client.chat.completions.create(model="smart", messages=say(text), max_completion_tokens=60)
        except openai.RateLimitError as refused:
            error = refused
            break
    hold(error is not None and count > 0, f"after {count} answers the SDK raised its own RateLimitError")
    show.line("refused", error.message)
    headers = {name: value for name, value in error.response.headers.items() if name.startswith(("retry-after", "x-ratelimit-"))}
    show.line("headers", "\n".join(f"{name}: {value}" for name, value in headers.items()))
    hold(1 <= int(headers["retry-after"]) <= 60, "it says when to ask again")
    hold(headers["x-ratelimit-limit-tokens"] == "400", "and where the team stands")
    try:
        scene.anthropic("trial").messages.create(model="smart", max_tokens=60, messages=say(text))
        raise NotHeld("the anthropic SDK got an answer beyond the limit")
    except anthropic.RateLimitError as refused:
        hold(refused.response.headers["anthropic-ratelimit-tokens-limit"] == "400", "the anthropic SDK is told in its words")
    answer = scene.openai("research").chat.completions.create(model="smart", messages=say("We are not them"))
    show.line("answer", f"team research: {answer.choices[0].message.content}")
    hold(answer.choices[0].message.content == "You said: We are not them", "another team goes on")


def reload(scene):
    """A policy is edited while requests run; a bad edit changes nothing"""
    traffic = Traffic(scene)
    with traffic:
        ask = lambda: scene.openai("support").chat.completions.create(
            model="smart", messages=say("Project Nightjar")
        ).choices[0].message.content
        hold(ask() == "You said: Project Nightjar", "before the edit the word passes")
        file = scene.config / "redaction.yaml"
        good = file.read_text().replace("words: [Bluefin]", "words: [Bluefin, Nightjar]")
        show.line("edit", "redaction.yaml: words: [Bluefin, Nightjar]")
        saved = time.monotonic()
        file.write_text(good)
        until(lambda: ask() == "You said: Project [CODENAMES]", "the edit is in force")
        show.held(f"in force {time.monotonic() - saved:.2f} s after it was saved")

        said = len(scene.gateway.stderr())
        show.line("edit", "redaction.yaml: detect: [emial]")
        file.write_text(good.replace("detect: [email,", "detect: [emial,"))
        report = until(lambda: about(scene.gateway.stderr()[said:], "redaction.yaml:"), "the mistake is reported")
        show.line("refused", report)
        number = next(n for n, line in enumerate(file.read_text().splitlines(), 1) if "emial" in line)
        hold(f"redaction.yaml:{number}" in report, "refused with file and line")
        hold(ask() == "You said: Project [CODENAMES]", "the policy before it stays in force")
        file.write_text(good)
    show.line("meanwhile", f"{traffic.answered} requests of two other callers were answered")
    hold(traffic.answered > 0 and not traffic.failures, f"none of them failed{traffic.failures[:1] or ''}")


def about(text, what):
    return next((line for line in text.splitlines() if what in line), None)


class Traffic:
    """Two callers that stream without a pause while the block runs."""

    def __init__(self, scene):
        self.scene, self.over = scene, threading.Event()
        self.answered, self.failures = 0, []
        self.lock = threading.Lock()

    def __enter__(self):
        self.threads = [threading.Thread(target=self.run, args=(ask,)) for ask in (self.openai, self.anthropic)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def run(self, ask):
        while not self.over.is_set():
            try:
                text = ask()
                if text != "You said: steady":
                    raise NotHeld(f"an answer said {text!r}")
                with self.lock:
                    self.answered += 1
            except Exception as failure:  # noqa: BLE001  (any failure at all is one too many)
                self.failures.append(repr(failure))

    def openai(self):
        stream = self.scene.openai("support").chat.completions.create(model="smart", messages=say("steady"), stream=True)
        return "".join(chunk.choices[0].delta.content or "" for chunk in stream)

    def anthropic(self):
        with self.scene.anthropic("research").messages.stream(model="smart", max_tokens=99, messages=say("steady")) as events:
            return "".join(events.text_stream)


STEPS = [chat, translated_stream, redaction, failover, quota, reload]
