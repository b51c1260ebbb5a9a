//! Where a token or a key is found. Never the thing itself, but for the provider sandbox on this machine.

use std::fmt;
use std::path::PathBuf;

use vocab::Text;

use crate::fleet::parse;
use crate::reader::Fields;

/// Where a token or key is found.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// The file that holds it, and nothing else.
    File(PathBuf),
    /// The environment variable that holds it.
    Environment(Text),
    /// Itself: a made-up one, for a server on this machine.
    Inline(Text),
}

/// An inline one is not shown, made up or not.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Environment(name) => f.debug_tuple("Environment").field(name).finish(),
            Self::Inline(_) => f.write_str("Inline(…)"),
        }
    }
}

/// The fields one credential can stand in.
#[derive(Debug, Clone, Copy)]
pub(in crate::fleet) struct Names {
    /// The field it would stand in itself.
    pub inline: &'static str,
    /// The field with its file.
    pub file: &'static str,
    /// The field with its variable.
    pub environment: &'static str,
}

impl Names {
    /// Notes its fields as known where none of them is there.
    pub(in crate::fleet) fn know(self, fields: &mut Fields<'_>) {
        for name in [self.inline, self.file, self.environment] {
            drop(fields.take(name));
        }
    }
}

/// The token of a provider.
pub(in crate::fleet) const TOKEN: Names = Names {
    inline: "token",
    file: "token_file",
    environment: "token_env",
};

/// Reads one; exactly one of its fields must be there. `sandbox` says that it goes to this machine alone. No error ever
/// repeats what was given.
pub(in crate::fleet) fn read(
    fields: &mut Fields<'_>,
    names: Names,
    sandbox: bool,
) -> Option<Credential> {
    let Names {
        inline,
        file,
        environment,
    } = names;
    let path = fields.parsed(file, parse::path);
    let variable = fields.parsed(environment, |text| {
        parse::variable(text).map_err(|_| {
            format!(
                "must be the name of an environment variable that holds the {inline}, never the {inline} itself"
            )
        })
    });
    let mut itself = None;
    if fields.has(inline) {
        itself = fields.text(inline);
        if !sandbox {
            fields.error(
                inline,
                format!(
                    "must not stand in the file; put it into a file only you can read and write {file} = \"/path\", or name the variable that holds it in {environment}"
                ),
            );
            return None;
        }
    }
    let given = [inline, file, environment].map(|name| usize::from(fields.has(name)));
    match given.iter().sum() {
        0 => {
            fields.error(
                "",
                format!(
                    "says no {inline}; write {file} = \"/path\" or {environment} = \"VARIABLE\""
                ),
            );
            None
        }
        1 => path
            .map(Credential::File)
            .or(variable.map(Credential::Environment))
            .or(itself.map(Credential::Inline)),
        _ => {
            fields.error(
                "",
                format!("says its {inline} more than once; keep one of {file} and {environment}"),
            );
            None
        }
    }
}
