//! One request as data, before it becomes a request of the HTTP client.

use std::fmt::Display;

use reqwest::Method;
use serde::Serialize;

use super::identity::IdempotencyKey;

/// A part of a path. Its text must not be empty, `.` or `..`: ids are checked before they get here.
pub(super) type Part<'a> = &'a (dyn Display + Sync);

/// What is sent along.
#[derive(Debug)]
pub(super) enum Content {
    None,
    Json(serde_json::Result<Vec<u8>>),
    Form(Vec<(String, String)>),
}

/// A request relative to the base address.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    /// Parts of the path; each is escaped on its own.
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) content: Content,
    pub(super) key: Option<IdempotencyKey>,
}

impl Call {
    fn new(method: Method, path: &[Part<'_>]) -> Self {
        Self {
            method,
            path: path.iter().map(ToString::to_string).collect(),
            query: Vec::new(),
            content: Content::None,
            key: None,
        }
    }

    pub(super) fn get(path: &[Part<'_>]) -> Self {
        Self::new(Method::GET, path)
    }

    pub(super) fn post(path: &[Part<'_>]) -> Self {
        Self::new(Method::POST, path)
    }

    pub(super) fn put(path: &[Part<'_>]) -> Self {
        Self::new(Method::PUT, path)
    }

    pub(super) fn patch(path: &[Part<'_>]) -> Self {
        Self::new(Method::PATCH, path)
    }

    pub(super) fn delete(path: &[Part<'_>]) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// With a query field, which may be given more than once.
    pub(super) fn query(mut self, name: &'static str, value: &(impl ToString + ?Sized)) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// With a query field, if there is a value.
    pub(super) fn query_if(self, name: &'static str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, &value),
            None => self,
        }
    }

    /// With a JSON body.
    pub(super) fn json(mut self, body: &impl Serialize) -> Self {
        self.content = Content::Json(serde_json::to_vec(body));
        self
    }

    /// With a form as body.
    pub(super) fn form(mut self, fields: Vec<(String, String)>) -> Self {
        self.content = Content::Form(fields);
        self
    }

    /// Under the caller's idempotency key.
    pub(super) fn keyed(mut self, key: &IdempotencyKey) -> Self {
        self.key = Some(key.clone());
        self
    }
}
