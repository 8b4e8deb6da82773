//! The leak law: whatever stands wherever in a request, no provider gets to see it, and the client gets it back.

#![cfg(not(target_arch = "wasm32"))]
#![recursion_limit = "512"]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod answers;
mod check;
mod decisions;
mod requests;
mod world;

use check::{forms, holds};
use requests::{Form, planted_bodies};
use serde_json::Value;
use tollgate_dialects::ClientDialect;
use tollgate_policy::redaction::{Action, Direction, RedactionSpec};
use tollgate_stages::OnBody;
use world::{PLANTS, World};

const DIALECTS: [ClientDialect; 5] = [
    ClientDialect::OpenaiChat,
    ClientDialect::OpenaiResponses,
    ClientDialect::OpenaiCompletions,
    ClientDialect::OpenaiEmbeddings,
    ClientDialect::AnthropicMessages,
];

/// One value in one place at a time: every string and every key of a rich request, in every way of writing it.
#[test]
fn no_provider_sees_what_is_planted_anywhere() {
    std::thread::scope(|scope| {
        DIALECTS.into_iter().for_each(|dialect| drop(scope.spawn(move || plant_everywhere(dialect))));
    });
}

fn plant_everywhere(dialect: ClientDialect) {
    let world = World::pseudonymizing();
    let (mut sent, mut refused) = (0, 0);
    for (turn, (kind, plant)) in PLANTS.into_iter().enumerate() {
        for form in [Form::Plain, Form::Escaped] {
            // Escapes are gone before any rule is asked: each place has some kind in escapes, and each kind is somewhere in escapes.
            let step = if form == Form::Plain { 1 } else { PLANTS.len() };
            for (place, body) in planted_bodies(dialect, plant, form).into_iter().skip(turn % step).step_by(step) {
                let (mut exchange, asked) = world.ask(dialect, body.as_bytes());
                match asked {
                    OnBody::Wait => panic!("nothing is leased here"),
                    OnBody::Answer(reply) => {
                        assert!((400..500).contains(&reply.status), "{dialect} {kind} {place}: {}", reply.status);
                        refused += 1;
                    }
                    OnBody::Forward { body: changed, .. } => {
                        let out = changed.unwrap_or_else(|| body.clone().into_bytes());
                        let text = String::from_utf8(out).unwrap();
                        let json: Value = serde_json::from_str(&text)
                            .unwrap_or_else(|e| panic!("{dialect} {kind} {place}: not JSON any more: {e}"));
                        assert!(
                            !holds(&json, plant),
                            "{dialect}: the {kind} planted at {place} ({form:?}) goes out: {text}"
                        );
                        assert!(
                            forms(plant).iter().all(|form| !text.contains(form.as_str())),
                            "{dialect} {kind} {place}: {text}"
                        );
                        sent += 1;
                    }
                }
                exchange.finish(&mut tollgate_stages::Till::alone(&mut tollgate_quota::Memory::default()), None);
            }
        }
    }
    assert!(sent > 3 * refused && sent > 50, "{dialect}: {sent} sent, {refused} refused");
}

/// What a provider says of what it saw comes back as what the client said: complete, and in streams cut anywhere.
#[test]
fn the_client_gets_back_what_it_said() {
    for world in [World::pseudonymizing(), World::requests_only()] {
        for dialect in DIALECTS.into_iter().filter(|dialect| dialect.generates()) {
            let said = PLANTS.map(|(_, plant)| plant).join(" and ");
            let body = requests::saying(dialect, &said);
            let (mut exchange, asked) = world.ask(dialect, body.as_bytes());
            let OnBody::Forward { body: Some(sent), .. } = asked else { panic!("{dialect}: {asked:?}") };
            let seen = requests::said(dialect, &serde_json::from_slice(&sent).unwrap());
            assert!(PLANTS.iter().all(|(_, plant)| !seen.contains(plant)), "{seen}");
            answers::check_whole(&mut exchange, dialect, &seen, &said);

            let whole = {
                let (mut exchange, _) = world.ask(dialect, body.as_bytes());
                answers::check_stream(&mut exchange, dialect, &seen, &said, 1, &[usize::MAX])
            };
            for (pieces, cuts) in [(1, &[1_usize][..]), (1, &[7]), (1, &[3, 64, 2])] {
                let (mut exchange, _) = world.ask(dialect, body.as_bytes());
                assert_eq!(
                    answers::check_stream(&mut exchange, dialect, &seen, &said, pieces, cuts),
                    whole,
                    "{dialect} {cuts:?}"
                );
            }
            for pieces in [2, 3, 5, 11] {
                let (mut exchange, _) = world.ask(dialect, body.as_bytes());
                answers::check_stream(&mut exchange, dialect, &seen, &said, pieces, &[1]);
            }
            let stream = answers::stream(dialect, &seen, 4);
            for cut in (1..stream.len()).step_by(stream.len().div_ceil(few())) {
                let (mut exchange, _) = world.ask(dialect, body.as_bytes());
                answers::check_stream(&mut exchange, dialect, &seen, &said, 4, &[cut, usize::MAX]);
            }
        }
    }
}

/// A short stream cut in two at each of its bytes.
#[test]
fn a_cut_hides_nothing_wherever_it_is() {
    for world in [World::pseudonymizing(), World::requests_only()] {
        let dialect = ClientDialect::OpenaiCompletions;
        let body = requests::saying(dialect, PLANTS[0].1);
        let (_, asked) = world.ask(dialect, body.as_bytes());
        let OnBody::Forward { body: Some(sent), .. } = asked else { panic!("{asked:?}") };
        let seen = requests::said(dialect, &serde_json::from_slice(&sent).unwrap());
        for cut in 1..answers::stream(dialect, &seen, 3).len() {
            let (mut exchange, _) = world.ask(dialect, body.as_bytes());
            answers::check_stream(&mut exchange, dialect, &seen, PLANTS[0].1, 3, &[cut, usize::MAX]);
        }
    }
}

/// Some servers forget the last blank line, some connections break within an event, and what was held back comes behind that.
#[test]
fn an_answer_that_breaks_off_is_whole_events_and_an_end() {
    const TAILS: [&[u8]; 5] = [b"", b"\n", b"\r", b"\n\xf8", b"\nevent: x"];
    for world in [World::pseudonymizing(), World::requests_only()] {
        for dialect in DIALECTS.into_iter().filter(|dialect| dialect.generates()) {
            let body = requests::saying(dialect, PLANTS[0].1);
            let stream = answers::stream(dialect, "It is <EMAIL_1>, or 4111 1111 1111", 4);
            let ends = (0..stream.len()).filter(|at| stream[*at..].starts_with("\n\n"));
            let cuts =
                ends.flat_map(|at| at - 1..=at + 2).chain((1..stream.len()).step_by(stream.len().div_ceil(few())));
            for (cut, tail) in cuts.zip(TAILS.iter().cycle()) {
                let (mut exchange, _) = world.ask(dialect, body.as_bytes());
                let front = [&stream.as_bytes()[..cut], tail].concat();
                answers::check_cut(&mut exchange, dialect, &front, cut >= answers::done_at(&stream));
            }
        }
    }
}

/// The event that a rule blocks may be the one whose blank line is missing.
#[test]
fn an_answer_whose_last_event_is_blocked_ends_in_one_error() {
    let rules = world::rules(Action::Block);
    let world = World::new(RedactionSpec { rules, apply: vec![Direction::Response], ..RedactionSpec::default() });
    for dialect in DIALECTS.into_iter().filter(|dialect| dialect.generates()) {
        let stream = answers::stream(dialect, "The Nightjar flew over the house and away", 1);
        let word = stream.find("Nightjar").unwrap();
        let end = word + stream[word..].find("\n\n").unwrap();
        let (mut exchange, _) = world.ask(dialect, requests::saying(dialect, "hello").as_bytes());
        answers::check_cut(&mut exchange, dialect, &stream.as_bytes()[..end], false);
    }
}

/// As many texts at once as no API sends would have every piece look for its own among all of them.
#[test]
fn an_answer_of_too_many_texts_ends_in_an_error() {
    let dialect = ClientDialect::OpenaiChat;
    let body = requests::saying(dialect, PLANTS[0].1);
    let (mut exchange, _) = World::pseudonymizing().ask(dialect, body.as_bytes());
    let choice = |index: usize| format!(r#"{{"index":{index},"delta":{{"content":"a"}},"finish_reason":null}}"#);
    let chunk = |choices: &[String]| format!("data: {{\"choices\":[{}]}}\n\n", choices.join(","));
    let many: String = (0..1000).map(|index| chunk(&[choice(index)])).collect();
    let more: Vec<String> = (1000..2000).map(choice).collect();
    answers::check_cut(&mut exchange, dialect, [many, chunk(&more)].concat().as_bytes(), false);
}

/// How many cuts of a long stream are tried: `TOLLGATE_LEAK_CUTS`, or enough for some seconds.
fn few() -> usize {
    std::env::var("TOLLGATE_LEAK_CUTS").ok().and_then(|cuts| cuts.parse().ok()).unwrap_or(300)
}

/// What may be held back is a placeholder's beginning: the text in front of it goes out with the event that brought it.
#[test]
fn a_first_text_waits_for_nothing() {
    for dialect in DIALECTS.into_iter().filter(|dialect| dialect.generates()) {
        let world = World::requests_only();
        let body = requests::saying(dialect, PLANTS[0].1);
        let (mut exchange, _) = world.ask(dialect, body.as_bytes());
        let first = "Well, then <EM";
        let out = answers::first_text(&mut exchange, dialect, first);
        assert!(out.contains("Well, then ") && !out.contains("<EM"), "{dialect}: {out}");

        // With rules on answers a word that is being written may still become an address, and no more than that is held.
        let world = World::pseudonymizing();
        let (mut exchange, _) = world.ask(dialect, body.as_bytes());
        let out = answers::first_text(&mut exchange, dialect, "One two three four jane");
        assert!(out.contains("One two three four") && !out.contains("jane"), "{dialect}: {out}");
    }
}

/// `PROPTEST_CASES`, or few: each case is a stream of every dialect.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(96)
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(cases()))]

    /// Any mixture of values and other text, said in pieces of any size that arrive in any pieces.
    #[test]
    fn any_text_comes_back(words in proptest::collection::vec(0_usize..14, 1..12), pieces in 1_usize..9, cuts in proptest::collection::vec(1_usize..90, 1..6)) {
        const OTHERS: [&str; 7] = ["hello", "<", "<EMAIL_1>", "\"quoted\\", "\u{1f980}", "a\nb", "<EMAIL_"];
        let world = World::requests_only();
        let word = |index: &usize| PLANTS.get(*index).map_or_else(|| OTHERS[index % OTHERS.len()], |(_, plant)| *plant);
        let said = words.iter().map(word).collect::<Vec<_>>().join(" ");
        for dialect in DIALECTS.into_iter().filter(|dialect| dialect.generates()) {
            let body = requests::saying(dialect, &said);
            let (mut exchange, asked) = world.ask(dialect, body.as_bytes());
            let OnBody::Forward { body: changed, .. } = asked else { panic!("{asked:?}") };
            let sent: Value = changed.map_or_else(|| serde_json::from_str(&body).unwrap(), |sent| serde_json::from_slice(&sent).unwrap());
            let seen = requests::said(dialect, &sent);
            proptest::prop_assert!(PLANTS.iter().all(|(_, plant)| !seen.contains(plant)), "{seen}");
            answers::check_stream(&mut exchange, dialect, &seen, &said, pieces, &cuts);
        }
    }
}
