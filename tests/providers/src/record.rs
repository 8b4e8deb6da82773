//! The record of received requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// Requests kept; the oldest go first.
pub const MAX_REQUESTS: usize = 1000;
/// Bytes of request bodies kept; beyond, the oldest requests go first (the newest always stays).
pub const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// A request as it was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// Number of the request, from 1, over the provider's life.
    pub number: u64,
    /// When its body was complete: milliseconds since 1970. (The one thing here that comes from a clock.)
    pub time_ms: u64,
    /// Method.
    pub method: String,
    /// Path with query, as sent.
    pub path: String,
    /// Headers in order of arrival, names in lower case. Headers of one name stand together at the place of the first.
    pub headers: Vec<(String, String)>,
    /// Body; bytes that are not UTF-8 are shown as U+FFFD.
    pub body: String,
    /// Status that was answered, if an answer was begun.
    pub status: Option<u16>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It has not yet.
    Pending,
    /// The whole answer was handed to the connection.
    Answered,
    /// The client was gone before the answer (or its own request) was complete.
    CutByClient,
    /// This provider was told to cut it.
    CutByProvider,
}

impl Received {
    /// The first value of a header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON, null if it is not.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// The last requests, bounded.
#[derive(Debug, Default)]
pub(crate) struct Record {
    requests: Mutex<Requests>,
}

#[derive(Debug, Default)]
struct Requests {
    list: VecDeque<Received>,
    bytes: usize,
    count: u64,
}

impl Record {
    fn lock(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a request (its number is set here).
    pub(crate) fn add(self: &Arc<Self>, mut request: Received) -> Entry {
        let mut requests = self.lock();
        requests.count += 1;
        request.number = requests.count;
        let entry = Entry { record: self.clone(), number: request.number, ended: false };
        requests.bytes += request.body.len();
        requests.list.push_back(request);
        while requests.list.len() > MAX_REQUESTS || (requests.bytes > MAX_BODY_BYTES && requests.list.len() > 1) {
            let gone = requests.list.pop_front();
            requests.bytes -= gone.map_or(0, |request| request.body.len());
        }
        entry
    }

    pub(crate) fn all(&self) -> Vec<Received> {
        self.lock().list.iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        let mut requests = self.lock();
        requests.list.clear();
        requests.bytes = 0;
    }
}

/// A request under way. Dropped before its end is told, it counts as cut by the client.
#[derive(Debug)]
pub(crate) struct Entry {
    record: Arc<Record>,
    /// Number of the request.
    pub(crate) number: u64,
    ended: bool,
}

impl Entry {
    fn update(&self, change: impl FnOnce(&mut Received)) {
        let mut requests = self.record.lock();
        // From the back: a request under way is among the last.
        if let Some(request) = requests.list.iter_mut().rev().find(|request| request.number == self.number) {
            change(request);
        }
    }

    pub(crate) fn status(&self, status: u16) {
        self.update(|request| request.status = Some(status));
    }

    pub(crate) fn end(&mut self, outcome: Outcome) {
        if !self.ended {
            self.ended = true;
            self.update(|request| request.outcome = outcome);
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.end(Outcome::CutByClient);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn request(body: String) -> Received {
        Received {
            number: 0,
            time_ms: 0,
            method: "POST".into(),
            path: "/".into(),
            headers: Vec::new(),
            body,
            status: None,
            outcome: Outcome::Pending,
        }
    }

    #[test]
    fn only_the_last_are_kept() {
        let record = Arc::new(Record::default());
        for _ in 0..MAX_REQUESTS + 5 {
            record.add(request(String::new()));
        }
        let all = record.all();
        assert_eq!((all.len(), all[0].number), (MAX_REQUESTS, 6));
    }

    #[test]
    fn bodies_are_bounded_in_bytes() {
        let record = Arc::new(Record::default());
        for _ in 0..3 {
            record.add(request("x".repeat(MAX_BODY_BYTES / 2)));
        }
        assert_eq!(record.all().len(), 2);
        record.add(request("x".repeat(MAX_BODY_BYTES + 1)));
        assert_eq!(record.all().len(), 1);
        record.clear();
        record.add(request("x".into()));
        assert_eq!(record.all().len(), 1);
    }

    #[test]
    fn an_entry_that_is_dropped_was_cut() {
        let record = Arc::new(Record::default());
        let mut entry = record.add(request(String::new()));
        assert_eq!(record.all()[0].outcome, Outcome::Pending);
        entry.end(Outcome::Answered);
        drop(entry);
        drop(record.add(request(String::new())));
        let outcomes: Vec<_> = record.all().iter().map(|request| request.outcome).collect();
        assert_eq!(outcomes, [Outcome::Answered, Outcome::CutByClient]);
    }
}
