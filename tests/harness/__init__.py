"""What the suites and the tour share: real processes around the gateway, and real SDK clients in front of it.

    paths       where the build leaves its binaries
    ports       the one place that hands out ports
    wait        waiting for something to become true
    process     a child process: its logs, its readiness, its end
    providers   simulated providers and what they received
    config      a directory of Tollgate's YAML
    gateway     `tollgate run`: control plane and Envoy in one tree
    fleet       replicas of `tollgate serve` on one ledger, and Envoys of one's own that take everything from them
    postgres    a PostgreSQL server of one's own
    crowd       thousands of requests at once, and what each caller heard
    accesslog   what the gateway says about each request
    dialects    the two client APIs side by side
    clients     the OpenAI and Anthropic SDKs, pointed at the gateway
    raw         HTTP/1.1 by the byte, for what no well-behaved client sends
    stack       all of it together: providers, configuration, gateway
"""
