//! Reading rules: from a script file in TOML, or from JSON as the admin endpoint takes it. Both have the same fields.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::rule::{Rule, Written};

/// What is wrong with a script file, and where.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("{}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A line is wrong.
    #[error("{}:{line}: {problem}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script<R> {
    #[serde(default = "Vec::new")]
    faults: Vec<R>,
}

/// Reads a script file: a `[[faults]]` table for each rule.
pub fn from_file(path: &Path) -> Result<Vec<Rule>, FileError> {
    let text = std::fs::read_to_string(path).map_err(|error| FileError::Unreadable {
        path: path.to_owned(),
        error,
    })?;
    from_toml(&text).map_err(|(line, problem)| FileError::Wrong {
        path: path.to_owned(),
        line,
        problem,
    })
}

fn from_toml(text: &str) -> Result<Vec<Rule>, (usize, String)> {
    let line_at = |offset: usize| {
        1 + text
            .bytes()
            .take(offset)
            .filter(|byte| *byte == b'\n')
            .count()
    };
    let script: Script<Spanned<Written>> = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        (line_at(offset), error.message().to_owned())
    })?;
    let check = |written: Spanned<Written>| {
        let line = line_at(written.span().start);
        Rule::check(written.into_inner()).map_err(|problem| (line, problem))
    };
    script.faults.into_iter().map(check).collect()
}

/// Reads `{"faults": […]}`. Says what is wrong with it.
pub fn from_json(body: &[u8]) -> Result<Vec<Rule>, String> {
    let script: Script<Written> =
        serde_json::from_slice(body).map_err(|error| error.to_string())?;
    script.faults.into_iter().map(Rule::check).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read() {
        let rules = from_toml(
            r#"
            [[faults]]
            provider = "hetzner"
            method = "POST"
            path = "/servers"
            kind = "status"
            status = 500
            effect = "after"

            [[faults]]
            provider = "stripe"
            kind = "slow"
            milliseconds = 20
            "#,
        );
        assert_eq!(rules.unwrap().len(), 2);
        assert!(from_toml("").unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let second = "[[faults]]\nprovider = \"hetzner\"\nkind = \"cut\"\n\n[[faults]]\n";
        for (rule, line, word) in [
            ("provider = \"azure\"\nkind = \"cut\"", 6, "azure"),
            (
                "provider = \"stripe\"\nkind = \"sold_out\"",
                5,
                "hetzner alone",
            ),
            (
                "provider = \"stripe\"\nkind = \"status\"\nstatus = 404",
                5,
                "404",
            ),
            (
                "provider = \"stripe\"\nkind = \"cut\"\nseconds = 3",
                5,
                "does not belong",
            ),
            (
                "provider = \"stripe\"\nkind = \"cut\"\ncolour = 3",
                8,
                "colour",
            ),
        ] {
            let (at, problem) = from_toml(&format!("{second}{rule}")).unwrap_err();
            assert!(problem.contains(word), "{problem}");
            assert_eq!(at, line, "{problem}");
        }
    }
}
