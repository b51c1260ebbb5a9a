//! Counts what has really been read, against the limits.

use std::time::Instant;

use crate::{Fault, Limits};

/// The counters of one upload.
pub(crate) struct Meter<'a> {
    limits: &'a Limits,
    /// Nothing when it is beyond what the clock can tell.
    deadline: Option<Instant>,
    entries: u64,
    bytes: u64,
    /// The length of the packed form; nothing for a folder.
    packed: Option<u64>,
}

impl<'a> Meter<'a> {
    /// Starts at nothing, now.
    pub(crate) fn new(limits: &'a Limits, packed: Option<u64>) -> Self {
        Self {
            limits,
            deadline: Instant::now().checked_add(limits.time),
            entries: 0,
            bytes: 0,
            packed,
        }
    }

    /// The limits.
    pub(crate) const fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// One more entry.
    pub(crate) fn entry(&mut self) -> Result<(), Fault> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(Fault::Entries(self.limits.entries));
        }
        self.time()
    }

    /// So many more real bytes of a file that has `file` of them by now, from `packed` bytes.
    pub(crate) fn take(&mut self, count: u64, file: u64, packed: Option<u64>) -> Result<(), Fault> {
        self.bytes = self.bytes.saturating_add(count);
        if self.bytes > self.limits.bytes.0 {
            return Err(Fault::Bytes(self.limits.bytes));
        }
        self.ratio(file, packed)?;
        self.ratio(self.bytes, self.packed)?;
        self.time()
    }

    /// Whether so many bytes may come out of so few.
    pub(crate) fn ratio(&self, bytes: u64, packed: Option<u64>) -> Result<(), Fault> {
        let Some(packed) = packed else { return Ok(()) };
        if bytes > self.limits.ratio_from.0 && bytes > packed.saturating_mul(self.limits.ratio) {
            return Err(Fault::Ratio(self.limits.ratio));
        }
        Ok(())
    }

    fn time(&self) -> Result<(), Fault> {
        if self
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
        {
            return Err(Fault::Time(self.limits.time.as_secs()));
        }
        Ok(())
    }
}
