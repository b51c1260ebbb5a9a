//! A term about a field of JSON or logfmt: `status=502`, `dur>30`.

use super::QueryError;
use super::pattern::Pattern;
use crate::logs::fields::any_field;

/// How the field's value stands to the wanted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// The same text, whatever its case.
    Is,
    /// Greater, as a number.
    Above,
    /// Smaller, as a number.
    Below,
    /// Greater or equal, as a number.
    NotBelow,
    /// Smaller or equal, as a number.
    NotAbove,
}

/// The term.
#[derive(Debug, Clone)]
pub(super) struct FieldTerm {
    name: String,
    relation: Relation,
    value: String,
    number: Option<f64>,
    /// What a line must hold before it is taken apart, which costs a hundred times as much.
    needs: Pattern,
    pub(super) inverse: bool,
}

impl FieldTerm {
    pub(super) fn new(
        name: &str,
        relation: Relation,
        value: &str,
        inverse: bool,
    ) -> Result<Self, QueryError> {
        // A value that JSON may write in another way says nothing about the line; then the last part of the name,
        // which stands in it by itself, must do. In lower case, so that case is not heeded.
        let plain = value.len() >= 3
            && value
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_. ".contains(&byte));
        let needed = if relation == Relation::Is && plain {
            value
        } else {
            name.rsplit('.').next().unwrap_or(name)
        };
        Ok(Self {
            name: name.to_owned(),
            relation,
            value: value.to_owned(),
            number: value.parse().ok(),
            needs: Pattern::literal(&needed.to_lowercase())?,
            inverse,
        })
    }

    /// The pattern without which no line can have the field.
    pub(super) const fn needs(&self) -> &Pattern {
        &self.needs
    }

    /// Whether a line that has what it [needs](Self::needs) has the field with such a value, without regard to `inverse`. For equality a line that holds
    /// the term literally (`?status=502` in a URL) has it too.
    pub(super) fn holds(&self, line: &str) -> bool {
        any_field(line, &self.name, |value| self.fits(value))
            || (self.relation == Relation::Is
                && line.contains(&format!("{}={}", self.name, self.value)))
    }

    fn fits(&self, value: &str) -> bool {
        if self.relation == Relation::Is {
            return value.eq_ignore_ascii_case(&self.value);
        }
        let (Some(number), Some(wanted)) = (leading_number(value), self.number) else {
            return false;
        };
        match self.relation {
            Relation::Above => number > wanted,
            Relation::Below => number < wanted,
            Relation::NotBelow => number >= wanted,
            Relation::NotAbove | Relation::Is => number <= wanted,
        }
    }
}

/// The number a value begins with: `84`, `30.002s`, `-1`.
fn leading_number(value: &str) -> Option<f64> {
    let end = value
        .find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-')
        .unwrap_or(value.len());
    value[..end].parse().ok()
}
