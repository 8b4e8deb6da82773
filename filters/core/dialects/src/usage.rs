//! What an answer cost, as the provider counts it.

use tollgate_wire::json::Value;

/// Tokens of one answer. The numbers mean the same in every dialect: parts are contained in their total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// All input tokens: those read from and written to a prompt cache are among them, although Anthropic reports them beside.
    pub input: u64,
    /// All output tokens, reasoning among them.
    pub output: u64,
    /// Of the input: read from a prompt cache.
    pub cached_read: u64,
    /// Of the input: written to a prompt cache, whatever its lifetime.
    pub cache_write: u64,
    /// Of `cache_write`: with a lifetime of one hour, which costs more.
    pub cache_write_1h: u64,
    /// Of the output: reasoning or thinking.
    pub reasoning: u64,
    /// Of the input: audio.
    pub audio_input: u64,
    /// Of the output: audio.
    pub audio_output: u64,
}

impl Usage {
    /// Input and output together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.input.saturating_add(self.output)
    }

    /// Input that neither came from a cache nor went into one: what Anthropic calls `input_tokens`.
    #[must_use]
    pub fn uncached_input(&self) -> u64 {
        self.input.saturating_sub(self.cached_read).saturating_sub(self.cache_write)
    }

    /// Takes in a later report on the same answer. Reports are running totals and none ever shrinks: the larger number counts.
    pub fn merge(&mut self, later: &Self) {
        self.input = self.input.max(later.input);
        self.output = self.output.max(later.output);
        self.cached_read = self.cached_read.max(later.cached_read);
        self.cache_write = self.cache_write.max(later.cache_write);
        self.cache_write_1h = self.cache_write_1h.max(later.cache_write_1h);
        self.reasoning = self.reasoning.max(later.reasoning);
        self.audio_input = self.audio_input.max(later.audio_input);
        self.audio_output = self.audio_output.max(later.audio_output);
    }

    /// The same for reports that may leave out parts of the input, as Anthropic's `message_delta` does: what is left out is as it was.
    pub fn merge_parts(&mut self, later: &Self) {
        let uncached = self.uncached_input().max(later.uncached_input());
        self.merge(later);
        self.input = uncached.saturating_add(self.cached_read).saturating_add(self.cache_write);
    }

    /// Reads OpenAI's `usage` object (`CompletionUsage`). None if it is null or holds no count at all.
    #[must_use]
    pub fn from_openai(usage: Value<'_>) -> Option<Self> {
        let names = ["prompt_tokens", "prompt_tokens_details", "completion_tokens", "completion_tokens_details"];
        Self::of_openai(usage, names)
    }

    /// Reads the `usage` object of OpenAI's responses (`ResponseUsage`). None if it is null or holds no count at all.
    #[must_use]
    pub fn from_responses(usage: Value<'_>) -> Option<Self> {
        Self::of_openai(usage, ["input_tokens", "input_tokens_details", "output_tokens", "output_tokens_details"])
    }

    /// By OpenAI's names for the input, the parts of it, the output, and the parts of that.
    fn of_openai(usage: Value<'_>, [input, input_parts, output, output_parts]: [&str; 4]) -> Option<Self> {
        let (input, output) = (count(usage, input), count(usage, output));
        if input.is_none() && output.is_none() {
            return None;
        }
        let part = |of, key| usage.get(of).and_then(|parts| count(parts, key)).unwrap_or(0);
        let cached_read = match part(input_parts, "cached_tokens") {
            // DeepSeek reports the cached part under a name of its own.
            0 => count(usage, "prompt_cache_hit_tokens").unwrap_or(0),
            cached => cached,
        };
        let cache_write = part(input_parts, "cache_write_tokens");
        Some(Self {
            // A part cannot exceed its total, whatever a server says: it would make the rest negative.
            input: input.unwrap_or(0).max(cached_read.saturating_add(cache_write)),
            output: output.unwrap_or(0),
            cached_read,
            cache_write,
            cache_write_1h: 0,
            reasoning: part(output_parts, "reasoning_tokens"),
            audio_input: part(input_parts, "audio_tokens"),
            audio_output: part(output_parts, "audio_tokens"),
        })
    }

    /// Reads Anthropic's `usage` object (`Usage`, `MessageDeltaUsage`). None if it is null or holds no count at all.
    #[must_use]
    pub fn from_anthropic(usage: Value<'_>) -> Option<Self> {
        let (input, output) = (count(usage, "input_tokens"), count(usage, "output_tokens"));
        let read = count(usage, "cache_read_input_tokens");
        let write = count(usage, "cache_creation_input_tokens");
        if input.is_none() && output.is_none() && read.is_none() && write.is_none() {
            return None;
        }
        let long = usage.get("cache_creation").and_then(|split| count(split, "ephemeral_1h_input_tokens")).unwrap_or(0);
        let thinking = usage.get("output_tokens_details").and_then(|details| count(details, "thinking_tokens"));
        let (cached_read, cache_write) = (read.unwrap_or(0), write.unwrap_or(0));
        Some(Self {
            input: input.unwrap_or(0).saturating_add(cached_read).saturating_add(cache_write),
            output: output.unwrap_or(0),
            cached_read,
            cache_write,
            cache_write_1h: long.min(cache_write),
            reasoning: thinking.unwrap_or(0),
            audio_input: 0,
            audio_output: 0,
        })
    }

    /// Reads Gemini's `usageMetadata` (`GenerateContentResponse.UsageMetadata`). None if it is null or holds no count at all.
    #[must_use]
    pub fn from_gemini(usage: Value<'_>) -> Option<Self> {
        let (prompt, answer) = (count(usage, "promptTokenCount"), count(usage, "candidatesTokenCount"));
        let (thoughts, total) = (count(usage, "thoughtsTokenCount"), count(usage, "totalTokenCount"));
        if prompt.is_none() && answer.is_none() && thoughts.is_none() && total.is_none() {
            return None;
        }
        let audio = |key| {
            let details = usage.get(key).into_iter().flat_map(|details| details.items());
            let is_audio = |detail: &Value<'_>| {
                detail.get("modality").and_then(|kind| kind.as_str()).is_some_and(|kind| kind == "AUDIO")
            };
            details.filter(is_audio).filter_map(|detail| count(detail, "tokenCount")).fold(0, u64::saturating_add)
        };
        // The cached part is in the prompt, what server-side tools have read is beside it; thoughts are beside the answer.
        let cached_read = count(usage, "cachedContentTokenCount").unwrap_or(0);
        let tools = count(usage, "toolUsePromptTokenCount").unwrap_or(0);
        let reasoning = thoughts.unwrap_or(0);
        Some(Self {
            input: prompt.unwrap_or(0).saturating_add(tools).max(cached_read),
            output: answer.unwrap_or(0).saturating_add(reasoning),
            cached_read,
            cache_write: 0,
            cache_write_1h: 0,
            reasoning,
            audio_input: audio("promptTokensDetails"),
            audio_output: audio("candidatesTokensDetails"),
        })
    }

    /// Reads Bedrock's `usage` object (`TokenUsage`), whose `inputTokens` are those that no cache had a part in. None if it is null or
    /// holds no count at all.
    #[must_use]
    pub fn from_bedrock(usage: Value<'_>) -> Option<Self> {
        let (input, output) = (count(usage, "inputTokens"), count(usage, "outputTokens"));
        if input.is_none() && output.is_none() {
            return None;
        }
        let cached_read = count(usage, "cacheReadInputTokens").unwrap_or(0);
        let cache_write = count(usage, "cacheWriteInputTokens").unwrap_or(0);
        let details = usage.get("cacheDetails").into_iter().flat_map(|details| details.items());
        let is_long =
            |detail: &Value<'_>| detail.get("ttl").and_then(|ttl| ttl.as_str()).is_some_and(|ttl| ttl == "1h");
        let long =
            details.filter(is_long).filter_map(|detail| count(detail, "inputTokens")).fold(0, u64::saturating_add);
        Some(Self {
            input: input.unwrap_or(0).saturating_add(cached_read).saturating_add(cache_write),
            output: output.unwrap_or(0),
            cached_read,
            cache_write,
            cache_write_1h: long.min(cache_write),
            reasoning: 0,
            audio_input: 0,
            audio_output: 0,
        })
    }
}

fn count(object: Value<'_>, key: &str) -> Option<u64> {
    object.get(key)?.as_u64()
}
