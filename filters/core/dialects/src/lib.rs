//! Client and provider APIs, their readers, and translation between them.
