//! The clock of this machine: the one place that reads it for events.

use vocab::Time;

/// Now, UTC.
pub fn now() -> Time {
    jiff::Timestamp::now().into()
}
