//! Text to located trees, one per document. A broken document does not hide the ones after it.

use granit_parser::{Event, Parser, ScalarStyle, ScanError};

use super::node::{Entry, Node, Place, Value};

/// Deepest accepted nesting. No kind of ours nests deeper than 8.
const MAX_DEPTH: usize = 32;

/// What is wrong with the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// Where.
    pub place: Place,
    /// What, and what to do about it.
    pub message: String,
}

/// Reads every document of `text`, as far as it can be read; errors do not mean that there is none. Empty documents are left out. Anchors and aliases are refused: a reviewer should see a value where
/// it counts, and aliases can make a small file large.
pub fn parse(text: &str) -> (Vec<Node>, Vec<YamlError>) {
    let mut documents = Vec::new();
    let mut errors = Vec::new();
    let mut parser = Parser::new_from_str(text);
    loop {
        let mut reader = Reader { errors: Vec::new(), whole: true };
        match reader.document(&mut parser) {
            Ok(Some(node)) => {
                // What else is wrong with it is worth knowing; but where a value is not known every further word would be a guess.
                if reader.whole {
                    documents.push(node);
                }
                errors.append(&mut reader.errors);
            }
            Ok(None) => break,
            Err(stop) => {
                errors.append(&mut reader.errors);
                errors.push(stop);
                match parser.proceed_next_document() {
                    Ok(true) => {}
                    _ => break,
                }
            }
        }
    }
    (documents, errors)
}

struct Reader {
    errors: Vec<YamlError>,
    /// No value had to be left out.
    whole: bool,
}

type Input<'a> = granit_parser::StrInput<'a>;

impl Reader {
    /// The next document that holds anything; `None` at the end of the text.
    fn document<'a>(&mut self, parser: &mut Parser<'a, Input<'a>>) -> Result<Option<Node>, YamlError> {
        loop {
            let Some((event, place)) = next(parser)? else { return Ok(None) };
            match event {
                Event::StreamEnd => return Ok(None),
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event => {
                    let node = self.node(parser, event, place, 0)?;
                    if !matches!(&node.value, Value::Plain(text) if text.is_empty() || text == "~" || text == "null") {
                        return Ok(Some(node));
                    }
                }
            }
        }
    }

    fn node<'a>(
        &mut self,
        parser: &mut Parser<'a, Input<'a>>,
        event: Event<'a>,
        place: Place,
        depth: usize,
    ) -> Result<Node, YamlError> {
        if depth > MAX_DEPTH {
            return Err(YamlError { place, message: format!("nested deeper than {MAX_DEPTH} levels") });
        }
        let value = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(place, anchor, tag.is_some());
                match style {
                    ScalarStyle::Plain => Value::Plain(text.into_owned()),
                    _ => Value::Quoted(text.into_owned()),
                }
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_extras(place, anchor, tag.is_some());
                let mut items = Vec::new();
                loop {
                    match next(parser)? {
                        Some((Event::SequenceEnd, _)) | None => break,
                        Some((event, place)) => items.push(self.node(parser, event, place, depth + 1)?),
                    }
                }
                Value::List(items)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_extras(place, anchor, tag.is_some());
                Value::Map(self.entries(parser, depth)?)
            }
            Event::Alias(_) => {
                self.whole = false;
                self.errors
                    .push(YamlError { place, message: "aliases (`*name`) are not read: write the value out".into() });
                Value::Plain(String::new())
            }
            _ => return Err(YamlError { place, message: "this is not YAML that Tollgate reads".into() }),
        };
        Ok(Node { place, value })
    }

    fn entries<'a>(&mut self, parser: &mut Parser<'a, Input<'a>>, depth: usize) -> Result<Vec<Entry>, YamlError> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let (event, place) = match next(parser)? {
                Some((Event::MappingEnd, _)) | None => return Ok(entries),
                Some(found) => found,
            };
            let key = self.node(parser, event, place, depth + 1)?;
            let Some(name) = key.text().map(str::to_owned) else {
                return Err(YamlError { place, message: "a field's name must be plain text".into() });
            };
            let Some((event, value_place)) = next(parser)? else { return Ok(entries) };
            let node = self.node(parser, event, value_place, depth + 1)?;
            match entries.iter().find(|entry| entry.key == name) {
                Some(first) => self.errors.push(YamlError {
                    place,
                    message: format!(
                        "field `{name}` appears twice, first on line {}: keep one of them",
                        first.place.line
                    ),
                }),
                None => entries.push(Entry { key: name, place, node }),
            }
        }
    }

    fn refuse_extras(&mut self, place: Place, anchor: usize, tagged: bool) {
        if anchor != 0 {
            self.errors
                .push(YamlError { place, message: "anchors (`&name`) are not read: write the value out".into() });
        }
        if tagged {
            self.errors.push(YamlError { place, message: "tags (`!name`) are not read: remove it".into() });
        }
    }
}

fn next<'a>(parser: &mut Parser<'a, Input<'a>>) -> Result<Option<(Event<'a>, Place)>, YamlError> {
    match parser.next_event() {
        None => Ok(None),
        Some(Ok((event, span))) => Ok(Some((event, Place { line: span.start.line(), column: span.start.col() + 1 }))),
        Some(Err(error)) => Err(broken(&error)),
    }
}

fn broken(error: &ScanError) -> YamlError {
    let marker = error.marker();
    YamlError {
        place: Place { line: marker.line(), column: marker.col() + 1 },
        message: format!("not valid YAML: {}", error.info()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::node::Step;

    #[test]
    fn documents_keep_the_place_of_every_part() {
        let (documents, errors) = parse("# c\nkind: A\nspec:\n  list: [1, \"2\"]\n---\nkind: B\n---\n");
        assert_eq!(errors, []);
        assert_eq!(documents.len(), 2);
        let path = [Step::Field("spec".into()), Step::Field("list".into()), Step::Item(1)];
        assert_eq!(documents[0].locate(&path), Place { line: 4, column: 13 });
        assert_eq!(documents[1].field("kind").unwrap().text(), Some("B"));
        assert_eq!(documents[1].place.line, 6);
    }

    #[test]
    fn a_broken_document_does_not_hide_the_next() {
        let (documents, errors) = parse("a: [1\n---\nb: 1\n---\nc: \"x\n");
        assert_eq!(documents.len(), 1, "{documents:?}");
        assert_eq!(errors.len(), 2, "{errors:?}");
    }

    #[test]
    fn repeated_fields_aliases_and_tags_are_refused_with_their_place() {
        let (documents, errors) = parse("a: 1\nb: &x 2\nc: *x\na: 3\nd: !t 4\n");
        assert!(documents.is_empty());
        let lines: Vec<_> = errors.iter().map(|error| error.place.line).collect();
        assert_eq!(lines, [2, 3, 4, 5], "{errors:?}");
    }

    #[test]
    fn depth_is_bounded() {
        let (_, errors) = parse(&"[".repeat(10_000));
        assert_eq!(errors.len(), 1);
    }
}
