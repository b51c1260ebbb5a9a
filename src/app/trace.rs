//! The program's own log: to a file, never to the terminal it draws on.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;

/// The largest a log file grows before it is begun anew at the next start; the one before is kept as `.old`.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Begins to log to `wheelhouse.log` in the state folder; `WHEELHOUSE_LOG` sets what is logged (`debug`, or
/// `wheelhouse_sources=trace` and the like), warnings unless it is set. A folder that cannot be written means no log,
/// which is no reason not to start.
pub fn begin(state: &Path) {
    let path = state.join("wheelhouse.log");
    if std::fs::metadata(&path).is_ok_and(|meta| meta.len() > LARGEST) {
        drop(std::fs::rename(&path, state.join("wheelhouse.log.old")));
    }
    let Ok(file) = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path)
    else {
        return;
    };
    let filter =
        EnvFilter::try_from_env("WHEELHOUSE_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .finish();
    // A second call in one process (tests) keeps the first.
    drop(tracing::subscriber::set_global_default(subscriber));
}
