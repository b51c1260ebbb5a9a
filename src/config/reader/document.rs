//! One TOML file: its syntax, its lines, and the problems found so far.

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeTable;
use vocab::Text;

use super::Fields;
use crate::diagnostic::{Diagnostic, Report, Severity};

/// A parsed file. Problems are collected inside, so that readers of different parts can report side by side.
pub(crate) struct Document<'t> {
    file: Text,
    text: &'t str,
    root: Spanned<DeTable<'t>>,
    problems: RefCell<Vec<Diagnostic>>,
}

impl<'t> Document<'t> {
    /// Parses; `None` when the text is no TOML, with every syntax error in the report. A key that appears twice is
    /// reported too, and the rest of the file is used.
    pub fn parse(file: &Text, text: &'t str, report: &mut Report) -> Option<Self> {
        let (root, errors) = DeTable::parse_recoverable(text);
        let document = Self {
            file: file.clone(),
            text,
            root,
            problems: RefCell::default(),
        };
        let mut usable = true;
        for error in &errors {
            let span = error.span().unwrap_or(0..0);
            if error.message() == "duplicate key" {
                let name = text.get(span.clone()).unwrap_or_default().trim();
                document.add(
                    Severity::Error,
                    &span,
                    "",
                    format!("{name} is given twice here; keep one"),
                    None,
                );
            } else {
                usable = false;
                document.add(
                    Severity::Error,
                    &span,
                    "",
                    format!("no valid TOML: {}", error.message()),
                    None,
                );
            }
        }
        if usable {
            return Some(document);
        }
        if let Some(first) = document.problems.borrow_mut().first_mut() {
            first.suggestion = Some("nothing in this file is used until this is mended".into());
        }
        document.finish(report);
        None
    }

    /// The fields of the file's top level.
    pub fn fields(&self) -> Fields<'_> {
        Fields::new(self, self.root.get_ref(), String::new(), 0..0)
    }

    /// The path of the file, as it is shown.
    pub const fn file(&self) -> &Text {
        &self.file
    }

    /// Hands the problems over.
    pub fn finish(self, report: &mut Report) {
        report.extend(self.problems.into_inner());
    }

    /// Notes one problem at a place in the text.
    pub fn add(
        &self,
        severity: Severity,
        span: &Range<usize>,
        field: &str,
        message: impl Into<Text>,
        suggestion: Option<Text>,
    ) {
        let (line, column) = self.place(span.start);
        self.problems.borrow_mut().push(Diagnostic {
            severity,
            file: self.file.clone(),
            line,
            column,
            field: field.into(),
            message: message.into(),
            suggestion,
        });
    }

    /// The line of a place in the text, from 1.
    pub fn line(&self, span: &Range<usize>) -> u32 {
        self.place(span.start).0
    }

    /// Line and column (in characters) of a byte offset, both from 1.
    fn place(&self, offset: usize) -> (u32, u32) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        (line as u32, column as u32)
    }
}
