//! Bodies as Stripe takes them: forms whose names have brackets.

use super::model::Metadata;

/// The fields of a form, in their order.
#[derive(Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// With a field, whose name may have brackets: `items[0][price]`.
    pub(super) fn field(mut self, name: &str, value: &(impl ToString + ?Sized)) -> Self {
        self.0.push((name.to_owned(), value.to_string()));
        self
    }

    /// With a field, if there is a value.
    pub(super) fn field_if(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.field(name, &value),
            None => self,
        }
    }

    /// With metadata.
    pub(super) fn metadata(self, metadata: &Metadata) -> Self {
        metadata.iter().fold(self, |form, (key, value)| {
            form.field(&format!("metadata[{key}]"), value)
        })
    }

    /// The fields.
    pub(super) fn done(self) -> Vec<(String, String)> {
        self.0
    }
}
