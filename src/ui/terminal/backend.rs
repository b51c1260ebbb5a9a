//! What ratatui draws with: a frame is collected whole and sent in one write, between the marks of synchronised output.

use std::io;
use std::sync::Arc;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::guard::Shared;
use super::modes::{FRAME_BEGIN, FRAME_END};
use super::scroll::Shown;

/// Collects a frame and sends it when ratatui flushes. A frame that changes nothing sends nothing.
pub(super) struct FrameBackend {
    shared: Arc<Shared>,
    frame: Vec<u8>,
    /// What the terminal shows.
    on_screen: Shown,
    /// Where the cursor was last put, and whether it is shown. Never asked of the terminal: the answer would have to be
    /// read from the keys.
    cursor: Position,
    shown: bool,
}

impl FrameBackend {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            frame: Vec::new(),
            on_screen: Shown::default(),
            cursor: Position::ORIGIN,
            shown: false,
        }
    }

    /// After the screen was taken over anew, which hides the cursor.
    pub(super) fn begin_anew(&mut self) {
        self.shown = false;
        self.on_screen.forget();
    }

    /// After every cell was cleared.
    pub(super) fn cleared(&mut self) -> io::Result<()> {
        let size = self.size()?;
        self.on_screen.clear(size);
        Ok(())
    }

    /// Ratatui's own way of writing, into the frame.
    const fn writer(&mut self) -> CrosstermBackend<&mut Vec<u8>> {
        CrosstermBackend::new(&mut self.frame)
    }
}

impl Backend for FrameBackend {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let content: Vec<_> = content.collect();
        // Without a change ratatui's backend would still reset colours that nobody set.
        if content.is_empty() {
            return Ok(());
        }
        match self.on_screen.take(&content) {
            None => self.writer().draw(content.into_iter()),
            Some((scroll, rest)) => {
                scroll.write(&mut self.frame)?;
                CrosstermBackend::new(&mut self.frame).draw(rest.into_iter())
            }
        }
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if !self.shown {
            return Ok(());
        }
        self.shown = false;
        self.writer().hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.shown {
            return Ok(());
        }
        self.shown = true;
        self.writer().show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        // Drawing moves the cursor; only a frame without any has left it where it was.
        if position == self.cursor && self.frame.is_empty() {
            return Ok(());
        }
        self.cursor = position;
        self.writer().set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.cleared()?;
        self.writer().clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        if matches!(clear_type, ClearType::All) {
            self.cleared()?;
        } else {
            self.on_screen.forget();
        }
        self.writer().clear_region(clear_type)
    }

    fn append_lines(&mut self, count: u16) -> io::Result<()> {
        self.on_screen.forget();
        self.writer().append_lines(count)
    }

    fn size(&self) -> io::Result<Size> {
        self.shared.output.tty.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        // No terminal is asked for pixels: nothing is drawn with them.
        Ok(WindowSize {
            columns_rows: self.size()?,
            pixels: Size::ZERO,
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(FRAME_BEGIN.len() + self.frame.len() + FRAME_END.len());
        bytes.extend_from_slice(FRAME_BEGIN);
        bytes.append(&mut self.frame);
        bytes.extend_from_slice(FRAME_END);
        self.shared.output.send(&bytes)
    }
}
