//! What is wrong with a file of the user: where, in which field, and how to mend it.

use std::fmt;

use vocab::Text;

/// How grave a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Part of the file was left out.
    Error,
    /// Everything is used, though perhaps not as it was meant.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// One problem. Shown as `fleet.toml:12: nodes[1].adress: unknown field; did you mean "address"?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is.
    pub severity: Severity,
    /// The file's path, made safe to show.
    pub file: Text,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: u32,
    /// Column in characters, from 1; 0 when the whole file is meant.
    pub column: u32,
    /// The field by its dotted path, such as `nodes[1].port`; empty when no field is meant.
    pub field: Text,
    /// What is wrong.
    pub message: Text,
    /// How to mend it, when more can be said than the message does.
    pub suggestion: Option<Text>,
}

impl Diagnostic {
    /// An error about a file as a whole.
    pub fn of_file(file: &Text, message: impl Into<Text>) -> Self {
        Self {
            severity: Severity::Error,
            file: file.clone(),
            line: 0,
            column: 0,
            field: Text::default(),
            message: message.into(),
            suggestion: None,
        }
    }

    /// The same with a way to mend it.
    #[must_use]
    pub fn suggest(mut self, suggestion: impl Into<Text>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }

    /// The same as a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if !self.field.is_empty() {
            write!(f, ": {}", self.field)?;
        }
        write!(f, ": {}", self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; {suggestion}"),
            None => Ok(()),
        }
    }
}

/// All problems of all files, in the order they were read: by file, then by line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    problems: Vec<Diagnostic>,
}

impl Report {
    /// Adds one problem.
    pub fn push(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// Adds the problems of one file, sorted by line.
    pub fn extend(&mut self, mut problems: Vec<Diagnostic>) {
        problems.sort_by_key(|problem| (problem.line, problem.column));
        self.problems.append(&mut problems);
    }

    /// Whether nothing is wrong.
    pub const fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Whether something was left out.
    pub fn has_errors(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.severity == Severity::Error)
    }

    /// The problems in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.problems.iter()
    }
}

impl<'a> IntoIterator for &'a Report {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One problem a line.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}
