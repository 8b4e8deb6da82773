//! Where a text stands, and which places a rule looks at.

use serde::{Deserialize, Serialize};

use super::Direction;

/// Who says a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Whoever built the application: system and developer instructions, tool definitions.
    System,
    /// The end user.
    User,
    /// The model, its reasoning, refusals and tool calls included.
    Assistant,
    /// A tool.
    Tool,
}

/// What a text is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// What somebody says: strings and text parts, reasoning, what a tool returned, the input of embeddings.
    Content,
    /// Arguments the model gave to a tool.
    Arguments,
    /// The description or schema of a tool, or of the answer's format.
    Definition,
    /// The name of a tool, of a participant or of a file.
    Name,
    /// The address of an image or a file.
    Url,
    /// Anything else that the API has: metadata, identifiers of the client's own.
    Other,
    /// Fields that the API does not have.
    Unknown,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// Who says it, where that is known.
    pub role: Option<Role>,
    /// What it is part of.
    pub field: Field,
}

impl Place {
    /// System or developer instructions.
    pub const SYSTEM: Self = Self::said(Role::System);
    /// What the user says.
    pub const USER: Self = Self::said(Role::User);
    /// What the model said, its reasoning and refusals included.
    pub const ASSISTANT: Self = Self::said(Role::Assistant);
    /// What a tool returned.
    pub const TOOL_RESULT: Self = Self::said(Role::Tool);
    /// Arguments the model gave to a tool.
    pub const ARGUMENTS: Self = Self { role: Some(Role::Assistant), field: Field::Arguments };
    /// The description or schema of a tool, or of the answer's format.
    pub const DEFINITION: Self = Self { role: Some(Role::System), field: Field::Definition };
    /// The name of a tool, of a participant or of a file.
    pub const NAME: Self = Self { role: None, field: Field::Name };
    /// The address of an image or a file.
    pub const URL: Self = Self { role: None, field: Field::Url };
    /// Anything else that the API has.
    pub const OTHER: Self = Self { role: None, field: Field::Other };
    /// A field that the API does not have.
    pub const UNKNOWN: Self = Self { role: None, field: Field::Unknown };

    /// What somebody says.
    #[must_use]
    pub const fn said(role: Role) -> Self {
        Self { role: Some(role), field: Field::Content }
    }
}

/// Which places a rule looks at; an empty list is all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scope {
    /// Which ways, among those that the policy applies to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub directions: Vec<Direction>,
    /// Whose texts. A text of which nobody knows who says it is looked at whatever stands here: nothing may hide there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// Which fields. Unknown ones are looked at whatever stands here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
}

impl Scope {
    /// Whether it leaves nothing out.
    #[must_use]
    pub fn is_everywhere(&self) -> bool {
        self.directions.is_empty() && self.roles.is_empty() && self.fields.is_empty()
    }

    /// Whether a text that travels this way and stands there is looked at.
    #[must_use]
    pub fn holds(&self, direction: Direction, place: Place) -> bool {
        let way = self.directions.is_empty() || self.directions.contains(&direction);
        let role = self.roles.is_empty() || place.role.is_none_or(|role| self.roles.contains(&role));
        let field = self.fields.is_empty() || place.field == Field::Unknown || self.fields.contains(&place.field);
        way && role && field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_never_out_of_scope() {
        let scope =
            Scope { directions: vec![Direction::Request], roles: vec![Role::User], fields: vec![Field::Content] };
        assert!(scope.holds(Direction::Request, Place::USER));
        assert!(!scope.holds(Direction::Response, Place::USER));
        assert!(!scope.holds(Direction::Request, Place::SYSTEM));
        assert!(!scope.holds(Direction::Request, Place::URL));
        assert!(scope.holds(Direction::Request, Place::UNKNOWN));
        assert!(scope.holds(Direction::Request, Place { role: None, field: Field::Content }));
        assert!(Scope::default().holds(Direction::Response, Place::SYSTEM));
    }
}
