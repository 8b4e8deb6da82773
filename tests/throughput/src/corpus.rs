//! Texts of several kinds, the same in every run.

use std::fmt::Write;

/// A kind of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corpus {
    /// English as people write it to assistants.
    Prose,
    /// Source code: this workspace's own.
    Code,
    /// Lines of JSON full of digits: times, addresses, identifiers.
    Logs,
    /// Chinese and Japanese.
    Cjk,
}

/// Digits, quotes, line breaks and letters beyond ASCII included: they are what a scanner stumbles over.
pub const SENTENCES: [&str; 24] = [
    "Please summarise the discussion below and list the open questions at the end.",
    "The migration to the new billing service began on 12 March and took about 3 weeks longer than planned.",
    "Two customers reported that invoices from the last quarter show the wrong currency.",
    "Our current plan costs $49 per seat, which is 18% more than a year ago.",
    "I think we should first find out why the nightly job takes 45 minutes instead of 10.",
    "\"It works on my machine\" is not an answer, but it is a hint.",
    "The café on the ground floor closes at 17:30 – please do not order lunch after that.",
    "Version 2.14.3 fixes the memory leak; version 2.15 is expected in September.",
    "Could you rewrite this paragraph so that a reader without a technical background understands it?",
    "Keep the tone friendly and do not use more than five sentences.",
    "The function returns early if the list is empty, otherwise it sorts by date and drops duplicates.",
    "In the logs we see `connection reset by peer` roughly once in 2,000 requests.",
    "Anna will look into it tomorrow; Bob has already written a test that reproduces the problem.",
    "There are three options:\n1. wait for the vendor,\n2. patch it ourselves,\n3. live with it.",
    "As far as I can tell, nobody has looked at ticket OPS-4127 since it was opened.",
    "The contract says 30 days, the e-mail says four weeks, and the website says \"about a month\".",
    "Translate the following into German, and leave product names as they are.",
    "If the temperature rises above 27.5 °C, the fans switch to their second level.",
    "We measured it twice, once with caching and once without, and the difference was below 2 ms.",
    "What would change if every team had a budget of its own?",
    "For the record: the meeting was moved from Tuesday 10:00 to Thursday 14:15.",
    "Most of the text is plain, some of it is quoted, and a little of it is code: `for i in 0..n { sum += i; }`.",
    "Please check the numbers in the second table; the total should be 1,284 rather than 1,248.",
    "Thanks a lot, that was exactly what I needed!",
];

const CJK: [&str; 8] = [
    "请总结下面的讨论，并在最后列出尚未解决的问题。",
    "新的计费服务于3月12日开始迁移，比计划多用了大约三个星期。",
    "两位客户反映，上个季度的发票使用了错误的货币。",
    "我们目前的方案每个席位49美元，比一年前贵了18%。",
    "会議は火曜日の10時から木曜日の14時15分に変更されました。",
    "この文章を、技術的な知識がない読者にも分かるように書き直してください。",
    "ログを見ると、およそ2,000回に1回の割合で「connection reset by peer」が発生しています。",
    "バージョン2.14.3でメモリリークが修正され、2.15は9月に公開される予定です。\n",
];

const CODE: [&str; 4] = [
    include_str!("../../bench/src/envoy.rs"),
    include_str!("../../bench/src/load.rs"),
    include_str!("../../bench/src/backend.rs"),
    include_str!("../../bench/src/config.rs"),
];

impl Corpus {
    /// All.
    pub const ALL: [Self; 4] = [Self::Prose, Self::Code, Self::Logs, Self::Cjk];

    /// As in the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Prose => "prose",
            Self::Code => "code",
            Self::Logs => "logs",
            Self::Cjk => "cjk",
        }
    }

    /// A text of this kind, of `size` bytes or up to three less.
    #[must_use]
    pub fn text(self, size: usize) -> String {
        let mut random = Random(1);
        let mut text = String::with_capacity(size + 8192);
        while text.len() < size {
            match self {
                Self::Prose => text.push_str(random.of(&SENTENCES)),
                Self::Code => text.push_str(random.of(&CODE)),
                Self::Logs => line(&mut text, &mut random),
                Self::Cjk => text.push_str(random.of(&CJK)),
            }
            if self == Self::Prose {
                text.push(' ');
            }
        }
        text.truncate(text.floor_char_boundary(size));
        text
    }
}

/// A line of an access log. One in sixteen names a person.
fn line(text: &mut String, random: &mut Random) {
    let levels = ["info", "info", "info", "warn", "error"];
    let paths = ["/v1/chat/completions", "/v1/embeddings", "/healthz", "/api/orders/", "/api/users/"];
    let _ = write!(
        text,
        "{{\"time\":\"2025-0{}-{:02}T{:02}:{:02}:{:02}.{:03}Z\",\"level\":\"{}\",\"trace\":\"{:08x}{:08x}\",\"client\":\"10.{}.{}.{}:{}\",\
         \"path\":\"{}{}\",\"status\":{},\"bytes\":{},\"ms\":{}.{}",
        1 + random.below(9),
        1 + random.below(28),
        random.below(24),
        random.below(60),
        random.below(60),
        random.below(1000),
        random.of(&levels),
        random.next(),
        random.next(),
        random.below(256),
        random.below(256),
        random.below(256),
        1024 + random.below(60_000),
        random.of(&paths),
        random.below(100_000),
        random.of(&["200", "200", "404", "503"]),
        random.below(90_000),
        random.below(900),
        random.below(10)
    );
    if random.below(16) == 0 {
        let _ = write!(text, ",\"user\":\"user{}@example.com\"", random.below(1000));
    }
    text.push_str("}\n");
}

/// Numerical Recipes' generator: quality does not matter here, being the same everywhere does.
struct Random(u32);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0 ^ self.0 >> 16
    }

    fn below(&mut self, bound: u32) -> u32 {
        (self.next() >> 8) % bound
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices.get(self.below(choices.len() as u32) as usize).copied().unwrap_or_default()
    }
}
