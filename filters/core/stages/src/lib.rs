//! The stages of one exchange - identity, routing, redaction, counting, quota - as state machines over shared facts.
