//! A small typed reader of TOML that reports every problem of a file instead of stopping at the first.
//!
//! Flow: [`Document::parse`] (syntax, positions) → [`Fields`] (each field taken once by name and type; what nobody took
//! is reported with the nearest known name) → [`Document::finish`] (the problems, into the report).
//!
//! `value` parses spans of time and sizes written as text; `file` reads a file from the disk.

mod document;
mod entry;
mod fields;
pub(crate) mod file;
pub(crate) mod value;

pub(crate) use document::Document;
pub(crate) use entry::{Entry, showable};
pub(crate) use fields::Fields;
