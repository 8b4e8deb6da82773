//! Provider request translation, an upstream HTTP filter that runs once per attempt.
