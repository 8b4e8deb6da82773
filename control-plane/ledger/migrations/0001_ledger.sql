-- What SQLite and PostgreSQL both read. An absent tag is the empty text, so that no key holds a NULL.
-- Times are milliseconds since 1970 (`_ms`), minutes or days since 1970; money is in millionths of a US dollar.

-- Use by minute: what reports were booked to.
CREATE TABLE usage_minutes (
    minute BIGINT NOT NULL,
    team TEXT NOT NULL,
    app TEXT NOT NULL,
    user_tag TEXT NOT NULL,
    feature TEXT NOT NULL,
    model TEXT NOT NULL,
    provider TEXT NOT NULL,
    route TEXT NOT NULL,
    requests BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL,
    cached_tokens BIGINT NOT NULL,
    cache_write_tokens BIGINT NOT NULL,
    cache_write_hour_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    reasoning_tokens BIGINT NOT NULL,
    audio_input_tokens BIGINT NOT NULL,
    audio_output_tokens BIGINT NOT NULL,
    from_provider BIGINT NOT NULL,
    estimated BIGINT NOT NULL,
    partial BIGINT NOT NULL,
    unpriced BIGINT NOT NULL,
    micro_usd BIGINT NOT NULL,
    PRIMARY KEY (minute, team, app, user_tag, feature, model, provider, route)
);
CREATE INDEX usage_minutes_of_team ON usage_minutes (team, minute);

-- Use by day: where minutes go when they are old.
CREATE TABLE usage_days (
    day BIGINT NOT NULL,
    team TEXT NOT NULL,
    app TEXT NOT NULL,
    user_tag TEXT NOT NULL,
    feature TEXT NOT NULL,
    model TEXT NOT NULL,
    provider TEXT NOT NULL,
    route TEXT NOT NULL,
    requests BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL,
    cached_tokens BIGINT NOT NULL,
    cache_write_tokens BIGINT NOT NULL,
    cache_write_hour_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    reasoning_tokens BIGINT NOT NULL,
    audio_input_tokens BIGINT NOT NULL,
    audio_output_tokens BIGINT NOT NULL,
    from_provider BIGINT NOT NULL,
    estimated BIGINT NOT NULL,
    partial BIGINT NOT NULL,
    unpriced BIGINT NOT NULL,
    micro_usd BIGINT NOT NULL,
    PRIMARY KEY (day, team, app, user_tag, feature, model, provider, route)
);
CREATE INDEX usage_days_of_team ON usage_days (team, day);

-- Every price since it holds. In millionths of a millionth of a US dollar (pico-USD) per token; `listed` is 0 since a price is gone.
CREATE TABLE prices (
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    since_ms BIGINT NOT NULL,
    listed BIGINT NOT NULL,
    input_pico BIGINT NOT NULL,
    output_pico BIGINT NOT NULL,
    cache_read_pico BIGINT NOT NULL,
    cache_write_pico BIGINT NOT NULL,
    PRIMARY KEY (provider, model, since_ms)
);

-- The reporters, and up to which number all their reports are booked.
CREATE TABLE report_streams (
    envoy TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    through BIGINT NOT NULL,
    last_ms BIGINT NOT NULL,
    PRIMARY KEY (envoy, epoch)
);

-- Reports booked beyond a gap.
CREATE TABLE reports (
    envoy TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (envoy, epoch, sequence)
);

-- The limits of the configuration in force. `counts` is the quota's number on the wire (64 bits, as a signed number); `shape` is how windows
-- follow one another; `time_zone` is empty for UTC.
CREATE TABLE budgets (
    team TEXT NOT NULL,
    quota TEXT NOT NULL,
    counts BIGINT NOT NULL,
    unit TEXT NOT NULL,
    per TEXT NOT NULL,
    shape TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    limit_steps BIGINT NOT NULL,
    alert_at TEXT NOT NULL,
    PRIMARY KEY (team, quota)
);

-- What grants are made from: one quota of one team and one subject of it. The number is a digest of the four; who grants from a pool locks
-- its row here first.
CREATE TABLE pools (
    id BIGINT NOT NULL PRIMARY KEY,
    team TEXT NOT NULL,
    quota TEXT NOT NULL,
    counts BIGINT NOT NULL,
    subject TEXT NOT NULL
);
CREATE INDEX pools_of_team ON pools (team, quota);

-- The periods of a pool, with the sums over its holders. `alerted` is the highest threshold that an alert was raised for, in percent.
CREATE TABLE books (
    pool BIGINT NOT NULL,
    from_ms BIGINT NOT NULL,
    accepts_until_ms BIGINT NOT NULL,
    counts_until_ms BIGINT NOT NULL,
    charged BIGINT NOT NULL,
    spent BIGINT NOT NULL,
    pressed_until_ms BIGINT NOT NULL,
    alerted BIGINT NOT NULL,
    PRIMARY KEY (pool, from_ms)
);
CREATE INDEX books_by_end ON books (counts_until_ms);

-- What one holder, an Envoy's life and a record in it, has of a period. Totals since its beginning.
CREATE TABLE holdings (
    pool BIGINT NOT NULL,
    envoy BIGINT NOT NULL,
    from_ms BIGINT NOT NULL,
    record BIGINT NOT NULL,
    granted BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    spent BIGINT NOT NULL,
    out_steps BIGINT NOT NULL,
    rate BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL,
    PRIMARY KEY (pool, envoy, from_ms, record)
);
CREATE INDEX holdings_by_life ON holdings (pool, seen_ms);

-- What reports say was spent of a limit by day or month that somebody wants to be told about. Leases have books of their own: these are
-- for use that no lease was taken for.
CREATE TABLE reported (
    team TEXT NOT NULL,
    quota TEXT NOT NULL,
    subject TEXT NOT NULL,
    from_ms BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    spent BIGINT NOT NULL,
    alerted BIGINT NOT NULL,
    PRIMARY KEY (team, quota, subject, from_ms)
);
CREATE INDEX reported_by_end ON reported (until_ms);

-- One per threshold, window and subject. `sent_ms` is 0 until it was delivered.
CREATE TABLE alerts (
    team TEXT NOT NULL,
    quota TEXT NOT NULL,
    subject TEXT NOT NULL,
    from_ms BIGINT NOT NULL,
    threshold BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    unit TEXT NOT NULL,
    limit_steps BIGINT NOT NULL,
    spent BIGINT NOT NULL,
    raised_ms BIGINT NOT NULL,
    next_ms BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    sent_ms BIGINT NOT NULL,
    PRIMARY KEY (team, quota, subject, from_ms, threshold)
);
CREATE INDEX alerts_by_turn ON alerts (sent_ms, next_ms);

-- Who changed what.
CREATE TABLE audit (
    at_ms BIGINT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (at_ms, who, what, subject)
);

-- What an operator has stopped by command. `kind` is team, provider or model; `name` of a model may hold `*`.
CREATE TABLE stops (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (kind, name)
);
