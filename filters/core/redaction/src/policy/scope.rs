//! Places as bits, so that a rule's scope is one comparison.

use tollgate_policy::redaction::{Direction, Field, Place, Role, Scope};

/// Which way a text travels, and where in the body it stands: what the scopes of rules are about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At {
    pub direction: Direction,
    pub place: Place,
}

/// A set of directions, one of roles (that nobody knows being one of its own) and one of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mask(u16);

const DIRECTIONS: [Direction; 2] = [Direction::Request, Direction::Response];
const ROLES: [Role; 4] = [Role::System, Role::User, Role::Assistant, Role::Tool];
const FIELDS: [Field; 7] =
    [Field::Content, Field::Arguments, Field::Definition, Field::Name, Field::Url, Field::Other, Field::Unknown];

impl Mask {
    /// Where the scope holds; see [`Scope::holds`].
    pub fn of(scope: &Scope) -> Self {
        let mut mask = 0;
        for direction in DIRECTIONS {
            if scope.directions.is_empty() || scope.directions.contains(&direction) {
                mask |= of_direction(direction);
            }
        }
        for role in ROLES.map(Some).into_iter().chain([None]) {
            if scope.roles.is_empty() || role.is_none_or(|role| scope.roles.contains(&role)) {
                mask |= of_role(role);
            }
        }
        for field in FIELDS {
            if scope.fields.is_empty() || field == Field::Unknown || scope.fields.contains(&field) {
                mask |= of_field(field);
            }
        }
        Self(mask)
    }

    /// Whether a text there is looked at.
    pub fn holds(self, at: At) -> bool {
        let bits = of_direction(at.direction) | of_role(at.place.role) | of_field(at.place.field);
        self.0 & bits == bits
    }

    /// Whether texts that travel this way are looked at, at some place.
    pub fn looks(self, direction: Direction) -> bool {
        self.0 & of_direction(direction) != 0
    }
}

fn of_direction(direction: Direction) -> u16 {
    match direction {
        Direction::Request => 1,
        Direction::Response => 1 << 1,
    }
}

fn of_role(role: Option<Role>) -> u16 {
    match role {
        None => 1 << 2,
        Some(Role::System) => 1 << 3,
        Some(Role::User) => 1 << 4,
        Some(Role::Assistant) => 1 << 5,
        Some(Role::Tool) => 1 << 6,
    }
}

fn of_field(field: Field) -> u16 {
    match field {
        Field::Content => 1 << 7,
        Field::Arguments => 1 << 8,
        Field::Definition => 1 << 9,
        Field::Name => 1 << 10,
        Field::Url => 1 << 11,
        Field::Other => 1 << 12,
        Field::Unknown => 1 << 13,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every scope of at most one entry a list, at every place.
    #[test]
    fn bits_say_what_the_scope_says() {
        fn lists<T: Copy>(all: &[T]) -> Vec<Vec<T>> {
            all.iter().map(|&one| vec![one]).chain([vec![], all.iter().take(2).copied().collect()]).collect()
        }
        let mut held = 0;
        for directions in lists(&DIRECTIONS) {
            for roles in lists(&ROLES) {
                for fields in lists(&FIELDS) {
                    let scope = Scope { directions: directions.clone(), roles: roles.clone(), fields };
                    let mask = Mask::of(&scope);
                    for direction in DIRECTIONS {
                        for role in ROLES.map(Some).into_iter().chain([None]) {
                            for field in FIELDS {
                                let place = Place { role, field };
                                let holds = scope.holds(direction, place);
                                assert_eq!(mask.holds(At { direction, place }), holds, "{scope:?} {place:?}");
                                assert!(!holds || mask.looks(direction));
                                held += usize::from(holds);
                            }
                        }
                    }
                }
            }
        }
        assert!(held > 1000);
    }
}
