//! The screen a face draws on.

use std::io;
use std::sync::Arc;

use ratatui::backend::Backend;
use ratatui::{Frame, Terminal};

use super::backend::FrameBackend;
use super::guard::Shared;

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawn {
    /// It is on its way, or nothing had changed.
    Shown,
    /// It was not drawn, because the terminal has not taken the one before. Draw again at
    /// [`super::Happening::Writable`].
    Busy,
}

/// Draws frames: only what changed is sent, a frame is one write, and a terminal that takes nothing blocks nobody.
pub struct Screen {
    terminal: Terminal<FrameBackend>,
    shared: Arc<Shared>,
    /// Which taking-over of the terminal the last frame was drawn in.
    taken: u64,
}

impl Screen {
    pub(super) fn new(shared: Arc<Shared>) -> io::Result<Self> {
        let mut terminal = Terminal::new(FrameBackend::new(Arc::clone(&shared)))?;
        // The alternate screen begins empty.
        terminal.backend_mut().cleared()?;
        let taken = shared.taken();
        Ok(Self {
            terminal,
            shared,
            taken,
        })
    }

    /// Draws one frame in the terminal's present size. `paint` is not called while the terminal is busy, given away, or
    /// says that it has no size. Fails when the terminal is gone.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<Drawn> {
        if self.shared.output.busy() || !self.shared.is_on() {
            return Ok(Drawn::Busy);
        }
        let size = self.shared.output.tty.size()?;
        if size.width == 0 || size.height == 0 {
            return Ok(Drawn::Shown);
        }
        let taken = self.shared.taken();
        if taken != self.taken {
            self.taken = taken;
            self.terminal.backend_mut().begin_anew();
            self.redraw()?;
        }
        self.terminal.draw(paint)?;
        Ok(Drawn::Shown)
    }

    /// Has the next frame draw every cell anew, whatever is on the screen now.
    pub fn redraw(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }

    /// Sends bytes that draw nothing, such as a text for the clipboard (OSC 52), behind the last frame.
    pub fn send(&self, bytes: &[u8]) -> io::Result<()> {
        self.shared.output.send(bytes)
    }

    /// Bytes sent to the terminal since it was taken over first.
    pub fn bytes_written(&self) -> u64 {
        self.shared.output.written()
    }

    /// The terminal's size in cells; zero when it does not know.
    pub fn size(&self) -> io::Result<ratatui::layout::Size> {
        self.terminal.backend().size()
    }
}
