//! Reading one file of the user, whatever it turns out to be.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use vocab::Text;

use crate::diagnostic::{Diagnostic, Report};

/// The most bytes a configuration file may have; what is larger was not meant.
const LIMIT: u64 = 1 << 20;

/// A file's path as it is shown.
pub(crate) fn shown(path: &Path) -> Text {
    Text::line(path.as_os_str().as_encoded_bytes())
}

/// The text of a file; `None` when it is not there or cannot be used. Everything but a file that is not there is
/// reported; its absence is too when the user named it (`named`).
pub(crate) fn read(path: &Path, named: bool, report: &mut Report) -> Option<String> {
    match read_bytes(path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            // Editors of other systems may write a byte order mark, which is no part of the text.
            Ok(text) => Some(
                text.strip_prefix('\u{feff}')
                    .map(str::to_owned)
                    .unwrap_or(text),
            ),
            Err(error) => {
                let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = before.split(|byte| *byte == b'\n').count();
                let mut problem = Diagnostic::of_file(&shown(path), "not valid UTF-8 here");
                problem.line = line as u32;
                problem.column = 1;
                report.push(
                    problem.suggest("save the file as UTF-8; nothing in it is used until then"),
                );
                None
            }
        },
        Err(Trouble::Absent) if !named => None,
        Err(trouble) => {
            report.push(trouble.diagnostic(path));
            None
        }
    }
}

/// Why a file could not be read.
enum Trouble {
    Absent,
    NoFile,
    TooLarge,
    Other(std::io::Error),
}

impl Trouble {
    fn diagnostic(self, path: &Path) -> Diagnostic {
        let file = shown(path);
        match self {
            Self::Absent => Diagnostic::of_file(&file, "no such file")
                .suggest("check the path, or write one with `wheelhouse init`"),
            Self::NoFile => Diagnostic::of_file(&file, "not a regular file; name a file"),
            Self::TooLarge => {
                Diagnostic::of_file(&file, "larger than 1 MB; this is no configuration file")
            }
            Self::Other(error) if error.kind() == ErrorKind::PermissionDenied => {
                Diagnostic::of_file(&file, "may not be read by this user")
                    .suggest("check its owner and mode with `ls -l`")
            }
            Self::Other(error) => Diagnostic::of_file(&file, format!("cannot be read: {error}")),
        }
    }
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, Trouble> {
    let trouble = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => Trouble::Absent,
        _ => Trouble::Other(error),
    };
    // Looked at before it is opened: opening a pipe would wait for its writer.
    let about = fs::metadata(path).map_err(trouble)?;
    if !about.is_file() {
        return Err(Trouble::NoFile);
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes))
        .map_err(trouble)?;
    if bytes.len() as u64 > LIMIT {
        Err(Trouble::TooLarge)
    } else {
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &Path, named: bool) -> String {
        let mut report = Report::default();
        assert_eq!(read(path, named, &mut report), None);
        report.to_string().replace(&*shown(path), "FILE")
    }

    #[test]
    fn every_trouble_with_a_file_is_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.toml");
        assert_eq!(
            problems(&path, false),
            "",
            "not there, and nobody asked for it"
        );
        assert_eq!(
            problems(&path, true),
            "FILE: no such file; check the path, or write one with `wheelhouse init`"
        );
        assert_eq!(
            problems(folder.path(), false),
            "FILE: not a regular file; name a file"
        );
        fs::write(&path, b"a = 1\nb = \"\xff\"\n").expect("written");
        assert_eq!(
            problems(&path, false),
            "FILE:2: not valid UTF-8 here; save the file as UTF-8; nothing in it is used until then"
        );
        fs::write(&path, vec![b'#'; LIMIT as usize + 1]).expect("written");
        assert_eq!(
            problems(&path, false),
            "FILE: larger than 1 MB; this is no configuration file"
        );
        fs::write(&path, "\u{feff}a = 1").expect("written");
        assert_eq!(
            read(&path, false, &mut Report::default()).as_deref(),
            Some("a = 1")
        );
    }
}
