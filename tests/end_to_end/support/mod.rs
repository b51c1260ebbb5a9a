//! What the tests stand on: a terminal, a home of their own, and real parts that are ended with the test.

mod disk;
mod engine;
mod home;
mod keys;
mod process;
mod pty;
mod relay;
mod sandbox;
mod serve;
mod sshd;

use std::thread;
use std::time::{Duration, Instant};

pub use disk::{Disk, MOUNT};
pub use engine::{ENDS_AT_ONCE, Engine, IGNORES_TERM};
pub use home::{Home, Ran, ended};
pub use process::Process;
pub use pty::Pty;
pub use relay::Relay;
pub use sandbox::{DEPLOYMENT, Sandbox, page};
pub use serve::Serve;
pub use sshd::Sshd;

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_wheelhouse");

/// How often something that is waited for is looked at.
const EVERY: Duration = Duration::from_millis(20);

/// Looks until there is something, and returns it; `what` is said when there is nothing in time.
pub fn until<T>(what: &str, within: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < within, "not within {within:?}: {what}");
        thread::sleep(EVERY);
    }
}

/// Seconds.
pub const fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}
