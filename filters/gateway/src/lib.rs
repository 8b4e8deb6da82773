//! The fused downstream module: identity, routing facts, redaction, counting and quota in one plugin.
