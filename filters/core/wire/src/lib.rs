//! Bytes on the wire: SSE, AWS event-stream, JSON spans, UTF-8 tails; bounded and incremental.
