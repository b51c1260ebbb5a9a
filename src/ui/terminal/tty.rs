//! The terminal device: its size, its line settings, and writes that never block.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::time::{Duration, Instant};

use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::{getpgrp, getsid};
use rustix::termios::{
    OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcgetpgrp, tcgetsid, tcgetwinsize,
    tcsetattr,
};

/// The terminal standard output leads to.
pub(super) struct Tty {
    file: File,
    /// Its line settings as they were found.
    original: Termios,
}

impl Tty {
    /// Opens it anew, because not blocking is a property of an open file, and the one of standard output is shared with
    /// the shell. Where that is not allowed (another user's terminal, after `su`) standard output itself is used, and a
    /// terminal that takes nothing then blocks.
    pub(super) fn open() -> io::Result<Self> {
        let stdout = io::stdout();
        let ours = tcgetsid(&stdout).is_ok() && tcgetsid(&stdout) == getsid(None);
        let file = reopen("/proc/self/fd/1")
            .or_else(|error| if ours { reopen("/dev/tty") } else { Err(error) })
            .or_else(|_| stdout.as_fd().try_clone_to_owned().map(File::from))?;
        let original = tcgetattr(&file)?;
        Ok(Self { file, original })
    }

    /// Columns and rows; zero when the terminal does not know, as in a pty nobody has sized yet.
    pub(super) fn size(&self) -> io::Result<Size> {
        let size = tcgetwinsize(&self.file)?;
        Ok(Size {
            width: size.ws_col,
            height: size.ws_row,
        })
    }

    /// Every key arrives at once and unchanged.
    pub(super) fn make_raw(&self) -> io::Result<()> {
        let mut raw = self.original.clone();
        raw.make_raw();
        Ok(tcsetattr(&self.file, OptionalActions::Now, &raw)?)
    }

    /// Back to the settings it was found with. Not after the output has drained: that may be never.
    pub(super) fn make_original(&self) -> io::Result<()> {
        Ok(tcsetattr(&self.file, OptionalActions::Now, &self.original)?)
    }

    /// Throws away input that nobody has read.
    pub(super) fn drop_input(&self) {
        // A terminal that cannot do it keeps the input, which only costs a few stray letters.
        let _ = tcflush(&self.file, QueueSelector::IFlush);
    }

    /// Whether this program has the terminal; changing settings from the background would stop the process instead.
    pub(super) fn foreground(&self) -> bool {
        // No answer: not our controlling terminal, so that no job control applies.
        tcgetpgrp(&self.file).map_or(true, |group| group == getpgrp())
    }

    /// Writes as much as the terminal takes now; how many bytes that were.
    pub(super) fn write_some(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = 0;
        while written < bytes.len() {
            match rustix::io::write(&self.file, &bytes[written..]) {
                Ok(0) | Err(Errno::AGAIN) => break,
                Ok(count) => written += count,
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(written)
    }

    /// Writes all of it, or gives up at the deadline.
    pub(super) fn write_within(&self, bytes: &[u8], patience: Duration) -> io::Result<()> {
        let deadline = Instant::now() + patience;
        let mut written = 0;
        loop {
            written += self.write_some(&bytes[written..])?;
            let left = deadline.saturating_duration_since(Instant::now());
            if written == bytes.len() {
                return Ok(());
            }
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let timeout = Timespec::try_from(left).map_err(io::Error::other)?;
            match poll(
                &mut [PollFd::new(&self.file, PollFlags::OUT)],
                Some(&timeout),
            ) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl AsFd for Tty {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

fn reopen(path: &str) -> io::Result<File> {
    let flags = OFlags::NOCTTY | OFlags::NONBLOCK;
    OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
}
