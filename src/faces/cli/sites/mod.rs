//! `wheelhouse sites`, `deploy`, `release`, `rollback`, `delete`, `site …`: what is hosted, and how it is made, changed,
//! moved and removed.

mod deploy;
mod life;
mod list;
mod release;
mod removal;

use std::path::{Path, PathBuf};

use vocab::{Domain, Text};

use crate::error::{Error, Result};

pub use deploy::Options as DeployOptions;
pub(crate) use deploy::run as deploy;
pub use life::Options as LifeOptions;
pub(crate) use life::run as life;
pub use list::Options as ListOptions;
pub(crate) use list::run as list;
pub use release::{Options as ReleaseOptions, RollbackOptions};
pub(crate) use release::{rollback, run as release};
pub use removal::Options as DeleteOptions;
pub(crate) use removal::run as delete;

/// A domain as it was typed.
pub(crate) fn domain(text: &str) -> std::result::Result<Domain, String> {
    Domain::new(text).map_err(|error| error.to_string())
}

/// A path as it was typed, whatever the folder of the process that reads it.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| {
        Error::Usage(Text::line(format!(
            "{} is no path: {error}",
            path.display()
        )))
    })
}
