//! Detectors, actions, the reversible vault and streaming restore.
