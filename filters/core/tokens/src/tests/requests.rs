use super::ALL;
use crate::request::{message, name, reply, tool, tools};
use crate::{Estimate, Vocabulary};

#[test]
fn frames_add_up() {
    // The Cookbook's frame of two messages, one of them named, and the reply.
    let frame: Estimate =
        [message(Vocabulary::O200k), message(Vocabulary::O200k), name(), reply(Vocabulary::O200k)].into_iter().sum();
    assert_eq!(frame.tokens, 10);
    for vocabulary in ALL {
        for part in [message(vocabulary), reply(vocabulary), tools(vocabulary), tool()] {
            assert!(part.tokens > 0 && part.tokens <= part.upper_bound);
        }
    }
}
