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

-- The limits of the configuration in force.
CREATE TABLE budgets (
    team TEXT NOT NULL,
    quota TEXT NOT NULL,
    unit TEXT NOT NULL,
    per TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    limit_steps BIGINT NOT NULL,
    alert_at TEXT NOT NULL,
    PRIMARY KEY (team, quota)
);

-- One window of one limit for one subject: what was charged, and what open leases still hold.
CREATE TABLE windows (
    team TEXT NOT NULL,
    quota TEXT NOT NULL,
    subject TEXT NOT NULL,
    from_ms BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    limit_steps BIGINT NOT NULL,
    spent BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    PRIMARY KEY (team, quota, subject, from_ms)
);
CREATE INDEX windows_by_end ON windows (until_ms);

-- Slices of windows, handed to Envoys. What one still holds is amount - used - returned, while it is open.
CREATE TABLE leases (
    id TEXT NOT NULL PRIMARY KEY,
    envoy TEXT NOT NULL,
    team TEXT NOT NULL,
    quota TEXT NOT NULL,
    subject TEXT NOT NULL,
    from_ms BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    used BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    is_open BIGINT NOT NULL
);
CREATE INDEX leases_by_expiry ON leases (is_open, expires_ms);

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
