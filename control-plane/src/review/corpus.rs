//! Texts to try policies on, read as they come: lines, JSON lines, JSON, a folder of them. Never more than one line is in memory, or one
//! file of JSON that is not by lines.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tollgate_policy::redaction::{Place, Role};

/// Longest line that is read, in bytes.
const MAX_LINE: usize = 16 << 20;
/// Largest `.json` file that is read, in bytes.
const MAX_JSON: u64 = 256 << 20;
/// Deepest folder that is looked into.
const MAX_DEPTH: usize = 16;
/// What a chat request says: everything under these names, of OpenAI's and Anthropic's requests.
const SAID: [&str; 6] = ["messages", "input", "prompt", "system", "instructions", "tools"];

/// Where the texts are.
#[derive(Debug)]
pub struct Corpus {
    files: Vec<PathBuf>,
    field: String,
}

impl Corpus {
    /// Finds the files: `path` itself, or every file below it that is not hidden, in order of name. `field`: which field of a JSON object
    /// is its text.
    ///
    /// # Errors
    /// There is none.
    pub fn find(path: &Path, field: &str) -> Result<Self> {
        let mut files = Vec::new();
        if fs::metadata(path).with_context(|| path.display().to_string())?.is_dir() {
            walk(path, 0, &mut files)?;
        } else {
            files.push(path.to_owned());
        }
        files.sort();
        if files.is_empty() {
            bail!("{}: there is no file in this corpus", path.display());
        }
        Ok(Self { files, field: field.to_owned() })
    }

    /// Hands over every text with `file:line` and who says it. Returns how many lines were too long to be read.
    ///
    /// # Errors
    /// A file cannot be read, or is not the JSON that its name says it is.
    pub fn each(&self, mut text: impl FnMut(&str, &str, Place)) -> Result<u64> {
        let mut skipped = 0;
        for path in &self.files {
            let name = path.display().to_string();
            let result = if path.extension().is_some_and(|extension| extension == "json") {
                self.json(path, &name, &mut text)
            } else {
                self.lines(path, &name, &mut text, &mut skipped)
            };
            result.with_context(|| name)?;
        }
        Ok(skipped)
    }

    fn lines(
        &self,
        path: &Path,
        name: &str,
        text: &mut impl FnMut(&str, &str, Place),
        skipped: &mut u64,
    ) -> Result<()> {
        let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
        let mut line = Vec::new();
        for number in 1_u64.. {
            line.clear();
            if reader.by_ref().take(MAX_LINE as u64 + 1).read_until(b'\n', &mut line)? == 0 {
                break;
            }
            if line.len() > MAX_LINE {
                *skipped += 1;
                skip_line(&mut reader)?;
                continue;
            }
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\n', '\r']);
            let at = format!("{name}:{number}");
            match line.trim_start().starts_with(['{', '"']).then(|| serde_json::from_str::<Value>(line)) {
                Some(Ok(value)) => self.value(&at, &value, text),
                _ if line.trim().is_empty() => {}
                _ => text(&at, line, Place::USER),
            }
        }
        Ok(())
    }

    fn json(&self, path: &Path, name: &str, text: &mut impl FnMut(&str, &str, Place)) -> Result<()> {
        let size = fs::metadata(path)?.len();
        if size > MAX_JSON {
            bail!(
                "has {size} bytes; the limit for JSON that is not by lines is {MAX_JSON}: write a value to each line (.jsonl)"
            );
        }
        let value: Value = serde_json::from_reader(BufReader::new(File::open(path)?)).context("is no JSON")?;
        match &value {
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.value(&format!("{name}[{at}]"), item, text);
                }
            }
            one => self.value(name, one, text),
        }
        Ok(())
    }

    fn value(&self, at: &str, value: &Value, text: &mut impl FnMut(&str, &str, Place)) {
        let Value::Object(fields) = value else { return strings(at, value, Place::USER, text) };
        if let Some(Value::String(own)) = fields.get(&self.field) {
            return text(at, own, Place::USER);
        }
        let said: Vec<_> = SAID.iter().filter_map(|name| Some((*name, fields.get(*name)?))).collect();
        if said.is_empty() {
            return strings(at, value, Place::USER, text);
        }
        for (name, value) in said {
            let place = match name {
                "system" | "instructions" => Place::SYSTEM,
                "tools" => Place::DEFINITION,
                _ => Place::USER,
            };
            strings(at, value, place, text);
        }
    }
}

/// Every string of a value. Messages say who speaks; media are no text.
fn strings(at: &str, value: &Value, place: Place, text: &mut impl FnMut(&str, &str, Place)) {
    match value {
        Value::String(own) if own.starts_with("data:") => {}
        Value::String(own) => text(at, own, place),
        Value::Array(items) => items.iter().for_each(|item| strings(at, item, place, text)),
        Value::Object(fields) => {
            let place = match fields.get("role").and_then(Value::as_str) {
                Some("system" | "developer") => Place::SYSTEM,
                Some("assistant") => Place::ASSISTANT,
                Some("tool" | "function") => Place::TOOL_RESULT,
                Some(_) => Place::said(Role::User),
                None => place,
            };
            let spoken = fields.iter().filter(|(name, _)| !matches!(name.as_str(), "role" | "type"));
            spoken.for_each(|(_, value)| strings(at, value, place, text));
        }
        Value::Null | Value::Bool(_) => {}
        // A card's number is one without quotes, too.
        Value::Number(number) => text(at, &number.to_string(), place),
    }
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        let Ok(metadata) = fs::metadata(&path) else { continue };
        if hidden {
            continue;
        }
        if metadata.is_dir() && depth < MAX_DEPTH {
            walk(&path, depth + 1, files)?;
        } else if metadata.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

fn skip_line(reader: &mut impl BufRead) -> Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        let (used, end) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        reader.consume(used);
        if end {
            return Ok(());
        }
    }
}
