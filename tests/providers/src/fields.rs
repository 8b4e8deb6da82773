//! Reading of request members, with where they are: the part of validation that all APIs have in common.

use serde_json::{Map, Value};

/// What is wrong with a request, before it is put into an API's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A member that must be there is not.
    Missing(Path),
    /// A member the API does not know.
    Unknown(Path),
    /// Wrong type: what was expected, in words, and the JSON type found.
    Type(Path, &'static str, &'static str),
    /// A value outside the allowed ones: the value and the allowed ones.
    Value(Path, String, &'static [&'static str]),
    /// Anything else, in the API's own words.
    Other(Path, String),
}

/// A result of reading.
pub type Read<T> = Result<T, Fault>;

/// Where a member is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Path(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Index(usize),
}

impl Path {
    /// The member `name` of this.
    pub fn name(&self, name: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Name(name.to_owned()));
        Self(steps)
    }

    /// The element `index` of this.
    pub fn index(&self, index: usize) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Index(index));
        Self(steps)
    }

    /// `messages[0].content`, as OpenAI and Google write it.
    pub fn brackets(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, step| {
            match step {
                Step::Name(name) if text.is_empty() => text.push_str(name),
                Step::Name(name) => text.extend([".", name]),
                Step::Index(index) => text.push_str(&format!("[{index}]")),
            }
            text
        })
    }

    /// `messages.0.content`, as Anthropic and AWS write it.
    pub fn dots(&self) -> String {
        let steps = self.0.iter().map(|step| match step {
            Step::Name(name) => name.clone(),
            Step::Index(index) => index.to_string(),
        });
        steps.collect::<Vec<_>>().join(".")
    }

    /// The path without its last step, and that step.
    pub fn split(&self) -> (Self, String) {
        let mut steps = self.0.clone();
        let last = steps.pop();
        let last = Self(last.into_iter().collect()).dots();
        (Self(steps), last)
    }
}

/// A JSON object and where it is. Members that are `null` count as not given.
#[derive(Debug, Clone)]
pub struct Object<'a> {
    /// Where it is.
    pub path: Path,
    members: &'a Map<String, Value>,
}

impl<'a> Object<'a> {
    /// Takes `value` as an object.
    ///
    /// # Errors
    /// It is something else.
    pub fn new(value: &'a Value, path: Path) -> Read<Self> {
        match value.as_object() {
            Some(members) => Ok(Self { path, members }),
            None => Err(Fault::Type(path, "an object", type_of(value))),
        }
    }

    /// Refuses members that are not among `known`.
    ///
    /// # Errors
    /// The first unknown one.
    pub fn only(&self, known: &[&str]) -> Read<()> {
        match self.members.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Fault::Unknown(self.path.name(name))),
            None => Ok(()),
        }
    }

    /// The member, if given.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// The names of all members.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.members.keys().map(String::as_str)
    }

    /// Where the member is.
    pub fn at(&self, name: &str) -> Path {
        self.path.name(name)
    }

    fn typed<T>(&self, name: &str, want: &'static str, read: impl FnOnce(&'a Value) -> Option<T>) -> Read<Option<T>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| Fault::Type(self.at(name), want, type_of(value)))
    }

    /// A string, if given.
    ///
    /// # Errors
    /// It is something else.
    pub fn string(&self, name: &str) -> Read<Option<&'a str>> {
        self.typed(name, "a string", Value::as_str)
    }

    /// A string that must be there.
    ///
    /// # Errors
    /// It is not there, or something else.
    pub fn need_string(&self, name: &str) -> Read<&'a str> {
        self.string(name)?.ok_or_else(|| Fault::Missing(self.at(name)))
    }

    /// A boolean, false if not given.
    ///
    /// # Errors
    /// It is something else.
    pub fn flag(&self, name: &str) -> Read<Option<bool>> {
        self.typed(name, "a boolean", Value::as_bool)
    }

    /// A whole number not below zero, if given.
    ///
    /// # Errors
    /// It is something else.
    pub fn count(&self, name: &str) -> Read<Option<u64>> {
        self.typed(name, "an integer", Value::as_u64)
    }

    /// A number, if given.
    ///
    /// # Errors
    /// It is something else.
    pub fn number(&self, name: &str) -> Read<Option<f64>> {
        self.typed(name, "a number", Value::as_f64)
    }

    /// An object, if given.
    ///
    /// # Errors
    /// It is something else.
    pub fn object(&self, name: &str) -> Read<Option<Object<'a>>> {
        self.get(name).map(|value| Object::new(value, self.at(name))).transpose()
    }

    /// An object that must be there.
    ///
    /// # Errors
    /// It is not there, or something else.
    pub fn need_object(&self, name: &str) -> Read<Object<'a>> {
        self.object(name)?.ok_or_else(|| Fault::Missing(self.at(name)))
    }

    /// An array with where its elements are, if given.
    ///
    /// # Errors
    /// It is something else.
    pub fn array(&self, name: &str) -> Read<Option<Vec<(Path, &'a Value)>>> {
        let values = self.typed(name, "an array", Value::as_array)?;
        let at = self.at(name);
        Ok(values.map(|values| values.iter().enumerate().map(|(index, value)| (at.index(index), value)).collect()))
    }

    /// An array of objects, empty if not given.
    ///
    /// # Errors
    /// It, or an element, is something else.
    pub fn objects(&self, name: &str) -> Read<Vec<Object<'a>>> {
        self.array(name)?.unwrap_or_default().into_iter().map(|(path, value)| Object::new(value, path)).collect()
    }

    /// An array of strings, empty if not given.
    ///
    /// # Errors
    /// It, or an element, is something else.
    pub fn strings(&self, name: &str) -> Read<Vec<String>> {
        let strings = self.array(name)?.unwrap_or_default().into_iter().map(|(path, value)| match value.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(Fault::Type(path, "a string", type_of(value))),
        });
        strings.collect()
    }

    /// A string that must be there and one of `allowed`.
    ///
    /// # Errors
    /// It is not.
    pub fn one_of(&self, name: &str, allowed: &'static [&'static str]) -> Read<&'a str> {
        let value = self.need_string(name)?;
        if allowed.contains(&value) { Ok(value) } else { Err(Fault::Value(self.at(name), value.to_owned(), allowed)) }
    }

    /// A fault of the member, in the API's own words.
    pub fn fault(&self, name: &str, message: impl Into<String>) -> Fault {
        Fault::Other(self.at(name), message.into())
    }
}

/// The name of a value's JSON type, as error messages use it.
pub fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "decimal",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_are_written_both_ways() {
        let path = Path::default().name("messages").index(2).name("content");
        assert_eq!((path.brackets().as_str(), path.dots().as_str()), ("messages[2].content", "messages.2.content"));
        assert_eq!(path.split().1, "content");
        assert_eq!(path.split().0.brackets(), "messages[2]");
    }

    #[test]
    fn members_are_read_with_their_place() {
        let value = json!({"a": {"b": 1}, "n": null});
        let object = Object::new(&value, Path::default()).unwrap();
        assert_eq!(object.string("n"), Ok(None));
        let a = object.need_object("a").unwrap();
        assert_eq!(a.need_string("b"), Err(Fault::Type(a.at("b"), "a string", "integer")));
        assert_eq!(a.need_string("c"), Err(Fault::Missing(a.at("c"))));
        assert_eq!(object.only(&["a"]), Err(Fault::Unknown(Path::default().name("n"))));
    }
}
