//! A container's log: from the engine's frames to lines, in memory that does not grow with a line's length.
//!
//! Without a terminal, the body is frames of 8 bytes of head (output, three zeros, big-endian length) and a payload
//! (<https://docs.docker.com/reference/api/engine/>, "Stream format"); the engine cuts what a program wrote into messages of
//! at most 16 KB, one a frame, each with a time before it. With a terminal it is the messages alone.

use std::collections::VecDeque;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use vocab::styled::STYLED_LIMIT;
use vocab::{ContainerId, Output, Time};

use super::connect::Address;
use super::events::{Pulse, QUIET};
use super::raw::{self, Body};
use super::seconds;
use super::{LogWindow, RawLine};
use crate::error::Result;

/// The longest time stamp that the engine writes before a message, with the space after it.
const STAMP_LIMIT: usize = 40;
/// Room kept at the end of a cut line for the words that say how much was cut.
const CUT_WORDS: usize = 40;

/// Opens the log. `tty` is whether the container has a terminal, which changes the format.
pub async fn open(
    address: &Address,
    id: &ContainerId,
    window: LogWindow,
    tty: bool,
    pulse: Pulse,
) -> Result<BoxStream<'static, Result<RawLine>>> {
    let what = format!("read the log of {}", id.short());
    let body = raw::get(address, &path(id, window), &what).await?;
    let reader = Reader {
        body,
        decoder: Decoder::new(tty),
        lines: VecDeque::new(),
        pulse,
    };
    let lines = stream::unfold(Some(reader), |state| async move {
        let mut reader = state?;
        match reader.next().await {
            Ok(Some(line)) => Some((Ok(line), Some(reader))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    });
    Ok(lines.boxed())
}

fn path(id: &ContainerId, window: LogWindow) -> String {
    let tail = window
        .tail
        .map_or_else(|| "all".to_owned(), |lines| lines.to_string());
    let follow = u8::from(window.follow);
    let mut path =
        format!("/containers/{id}/logs?stdout=1&stderr=1&timestamps=1&tail={tail}&follow={follow}");
    for (name, time) in [("since", window.since), ("until", window.until)] {
        if let Some(time) = time {
            path.extend(["&", name, "=", &seconds(time)]);
        }
    }
    path
}

struct Reader {
    body: Body,
    decoder: Decoder,
    lines: VecDeque<RawLine>,
    pulse: Pulse,
}

impl Reader {
    async fn next(&mut self) -> Result<Option<RawLine>> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Ok(Some(line));
            }
            match tokio::time::timeout(QUIET, self.body.next()).await {
                Ok(Ok(Some(piece))) => {
                    self.decoder.feed(piece, &mut self.lines);
                    self.pulse.beat();
                }
                Ok(Ok(None)) => {
                    self.decoder.finish(&mut self.lines);
                    if self.lines.is_empty() {
                        return Ok(None);
                    }
                }
                Ok(Err(error)) => return Err(error),
                // A program may be silent for ever; an engine may not.
                Err(_) => self.pulse.check().await?,
            }
        }
    }
}

/// Cuts the engine's bytes into lines, wherever they are torn on the way.
#[derive(Debug)]
struct Decoder {
    tty: bool,
    state: State,
    head: Gathered<8>,
    stamp: Gathered<STAMP_LIMIT>,
    clock: Clock,
    /// Bytes left of this frame's payload; without frames, more than will ever come.
    left: usize,
    output: Output,
    /// When the engine received the message that is being read.
    at: Time,
    out: Line,
    error: Line,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Head,
    Stamp,
    Text,
}

impl Decoder {
    fn new(tty: bool) -> Self {
        Self {
            tty,
            state: if tty { State::Stamp } else { State::Head },
            head: Gathered::new(),
            stamp: Gathered::new(),
            clock: Clock::default(),
            left: usize::MAX,
            output: Output::Out,
            at: Time(0),
            out: Line::default(),
            error: Line::default(),
        }
    }

    fn feed(&mut self, bytes: &[u8], lines: &mut VecDeque<RawLine>) {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = match self.state {
                State::Head => self.read_head(rest),
                State::Stamp => self.read_stamp(rest, lines),
                State::Text => self.read_text(rest, lines),
            };
            if self.state != State::Head && self.left == 0 {
                // A frame may end within what looked like a time stamp.
                self.take_stamp(lines);
                self.state = State::Head;
            }
        }
    }

    /// At the end: lines that never got their newline.
    fn finish(&mut self, lines: &mut VecDeque<RawLine>) {
        self.take_stamp(lines);
        for (line, output) in [
            (&mut self.out, Output::Out),
            (&mut self.error, Output::Error),
        ] {
            if line.begun {
                lines.push_back(line.end(output));
            }
        }
    }

    fn read_head<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let rest = self.head.gather(bytes, 8);
        if let [kind, _, _, _, a, b, c, d] = *self.head.bytes()
            && self.head.bytes().len() == 8
        {
            self.output = if kind == 2 {
                Output::Error
            } else {
                Output::Out
            };
            self.left = u32::from_be_bytes([a, b, c, d]) as usize;
            self.head.clear();
            self.state = if self.left == 0 {
                State::Head
            } else {
                State::Stamp
            };
        }
        rest
    }

    fn read_stamp<'a>(&mut self, bytes: &'a [u8], lines: &mut VecDeque<RawLine>) -> &'a [u8] {
        let within = &bytes[..bytes.len().min(self.left)];
        let room = STAMP_LIMIT - self.stamp.bytes().len();
        // It ends at its space; a newline before that means there is none.
        let end = within
            .iter()
            .take(room)
            .position(|b| matches!(b, b' ' | b'\n'));
        let taken = end.map_or(within.len().min(room), |at| at + 1);
        self.stamp.gather(&within[..taken], STAMP_LIMIT);
        if !self.tty {
            self.left -= taken;
        }
        if end.is_some() || self.stamp.bytes().len() == STAMP_LIMIT {
            self.take_stamp(lines);
        }
        &bytes[taken..]
    }

    /// What was gathered where a time stamp should be: one, or else the beginning of the text.
    fn take_stamp(&mut self, lines: &mut VecDeque<RawLine>) {
        if self.state != State::Stamp {
            return;
        }
        self.state = State::Text;
        let gathered = std::mem::replace(&mut self.stamp, Gathered::new());
        let time = gathered
            .bytes()
            .strip_suffix(b" ")
            .and_then(|stamp| self.clock.read(stamp));
        if let Some(time) = time {
            self.at = time;
        }
        let at = self.at;
        let line = self.line();
        if !line.begun && !gathered.bytes().is_empty() {
            (line.begun, line.at) = (true, at);
        }
        if time.is_none() {
            self.text(gathered.bytes(), lines);
        }
    }

    fn read_text<'a>(&mut self, bytes: &'a [u8], lines: &mut VecDeque<RawLine>) -> &'a [u8] {
        let within = &bytes[..bytes.len().min(self.left)];
        let taken = self.text(within, lines);
        if !self.tty {
            self.left -= taken;
        }
        &bytes[taken..]
    }

    /// Takes text up to its first newline, or all of it; how much.
    fn text(&mut self, bytes: &[u8], lines: &mut VecDeque<RawLine>) -> usize {
        let (at, output, tty) = (self.at, self.output, self.tty);
        let line = self.line();
        if !line.begun {
            (line.begun, line.at) = (true, at);
        }
        let Some(end) = memchr::memchr(b'\n', bytes) else {
            line.push(bytes);
            return bytes.len();
        };
        line.push(&bytes[..end]);
        lines.push_back(line.end(output));
        if tty {
            self.state = State::Stamp;
        }
        end + 1
    }

    const fn line(&mut self) -> &mut Line {
        match self.output {
            Output::Out => &mut self.out,
            Output::Error => &mut self.error,
        }
    }
}

/// A line on its way.
#[derive(Debug)]
struct Line {
    begun: bool,
    at: Time,
    bytes: Vec<u8>,
    cut: u64,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            begun: false,
            at: Time(0),
            bytes: Vec::new(),
            cut: 0,
        }
    }
}

impl Line {
    fn push(&mut self, bytes: &[u8]) {
        let kept = bytes
            .len()
            .min(STYLED_LIMIT - self.bytes.len().min(STYLED_LIMIT));
        // Most lines come in one piece: then this is the one allocation, of the exact size.
        self.bytes.reserve_exact(kept);
        self.bytes.extend_from_slice(&bytes[..kept]);
        self.cut += (bytes.len() - kept) as u64;
    }

    /// The line as it is, and an empty one in its place.
    fn end(&mut self, output: Output) -> RawLine {
        let Self {
            at, mut bytes, cut, ..
        } = std::mem::take(self);
        if cut > 0 {
            let mut keep = bytes.len().saturating_sub(CUT_WORDS);
            // Not within a character: UTF-8 goes on in bytes of the form 10xxxxxx.
            while keep > 0 && bytes.get(keep).is_some_and(|byte| byte & 0xc0 == 0x80) {
                keep -= 1;
            }
            let cut = cut + (bytes.len() - keep) as u64;
            bytes.truncate(keep);
            bytes.extend_from_slice(format!(" … {cut} bytes cut").as_bytes());
        } else if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        RawLine { at, output, bytes }
    }
}

/// A few bytes that may come torn.
#[derive(Debug, Clone, Copy)]
struct Gathered<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Gathered<N> {
    const fn new() -> Self {
        Self {
            bytes: [0; N],
            length: 0,
        }
    }

    /// Takes bytes until there are `limit`; what is left over.
    fn gather<'a>(&mut self, bytes: &'a [u8], limit: usize) -> &'a [u8] {
        let taken = bytes.len().min(limit.min(N) - self.length);
        let (mine, rest) = bytes.split_at(taken);
        self.bytes[self.length..self.length + taken].copy_from_slice(mine);
        self.length += taken;
        rest
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    const fn clear(&mut self) {
        self.length = 0;
    }
}

/// Reads time stamps; lines of the same second, which are most, need no calendar.
#[derive(Debug, Default)]
struct Clock {
    /// Up to the second: `2026-11-21T14:02:08`.
    second: [u8; 19],
    start: Time,
}

impl Clock {
    fn read(&mut self, stamp: &[u8]) -> Option<Time> {
        let (second, fraction) = stamp.split_first_chunk::<19>()?;
        let utc_fraction = match fraction {
            [b'.', digits @ .., b'Z']
                if digits.len() >= 3 && digits.iter().all(u8::is_ascii_digit) =>
            {
                Some(digits)
            }
            _ => None,
        };
        let Some(digits) = utc_fraction else {
            return Time::parse(std::str::from_utf8(stamp).ok()?);
        };
        if *second != self.second || self.start == Time(0) {
            let text = std::str::from_utf8(second).ok()?;
            self.start = Time::parse(&format!("{text}Z"))?;
            self.second = *second;
        }
        let millis = digits[..3]
            .iter()
            .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        Some(Time(self.start.0 + millis))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STAMP: &str = "2026-11-21T14:02:08.112345678Z ";
    const AT: Time = Time(1_795_269_728_112);

    fn frame(kind: u8, payload: &str) -> Vec<u8> {
        let mut bytes = vec![kind, 0, 0, 0];
        bytes.extend_from_slice(&(payload.len() as u32).to_be_bytes());
        bytes.extend_from_slice(payload.as_bytes());
        bytes
    }

    fn decode(tty: bool, pieces: impl Iterator<Item = Vec<u8>>) -> Vec<RawLine> {
        let mut decoder = Decoder::new(tty);
        let mut lines = VecDeque::new();
        for piece in pieces {
            decoder.feed(&piece, &mut lines);
        }
        decoder.finish(&mut lines);
        lines.into()
    }

    fn line(output: Output, text: &str) -> RawLine {
        RawLine {
            at: AT,
            output,
            bytes: text.as_bytes().to_vec(),
        }
    }

    #[test]
    fn frames_torn_anywhere_give_the_same_lines() {
        let bytes: Vec<u8> = [
            frame(1, &format!("{STAMP}first\n")),
            frame(2, &format!("{STAMP}begun ")),
            frame(1, &format!("{STAMP}\n")),
            frame(2, &format!("{STAMP}and ended\r\n")),
            frame(1, &format!("{STAMP}two\nin one\n")),
            frame(1, "no-stamp\n"),
            frame(1, ""),
            frame(1, &format!("{STAMP}never ended")),
        ]
        .concat();
        let expected = vec![
            line(Output::Out, "first"),
            line(Output::Out, ""),
            line(Output::Error, "begun and ended"),
            line(Output::Out, "two"),
            line(Output::Out, "in one"),
            line(Output::Out, "no-stamp"),
            line(Output::Out, "never ended"),
        ];
        for size in [1, 2, 3, 5, 7, 11, 64, 4096] {
            assert_eq!(
                decode(false, bytes.chunks(size).map(<[u8]>::to_vec)),
                expected,
                "in pieces of {size}"
            );
        }
    }

    #[test]
    fn a_terminal_s_stream_has_no_frames() {
        let bytes = format!("{STAMP}one\r\n{STAMP}\x1b[31mtwo\x1b[0m\r\n{STAMP}> ");
        for size in [1, 3, 4096] {
            let lines = decode(true, bytes.as_bytes().chunks(size).map(<[u8]>::to_vec));
            assert_eq!(
                lines,
                [
                    line(Output::Out, "one"),
                    line(Output::Out, "\x1b[31mtwo\x1b[0m"),
                    line(Output::Out, "> ")
                ]
            );
        }
    }

    #[test]
    fn a_long_line_is_cut_and_its_rest_is_counted_but_never_kept() {
        let piece = "é".repeat(8 * 1024);
        let mut decoder = Decoder::new(false);
        let mut lines = VecDeque::new();
        for _ in 0..640 {
            decoder.feed(&frame(1, &format!("{STAMP}{piece}")), &mut lines);
            assert!(
                decoder.out.bytes.capacity() <= STYLED_LIMIT,
                "{}",
                decoder.out.bytes.capacity()
            );
        }
        decoder.feed(&frame(1, &format!("{STAMP}\n")), &mut lines);
        let line = lines.pop_front().expect("one line");
        let text = String::from_utf8(line.bytes).expect("whole characters");
        assert!(text.len() <= STYLED_LIMIT);
        let kept = text.find(" … ").expect("says so");
        assert_eq!(
            text[kept..],
            format!(" … {} bytes cut", 640 * 16 * 1024 - kept)
        );
        assert_eq!(line.at, AT);
        assert!(lines.is_empty());
    }

    #[test]
    fn a_terminal_s_endless_line_does_not_grow() {
        let mut decoder = Decoder::new(true);
        let mut lines = VecDeque::new();
        for _ in 0..10_000 {
            decoder.feed(b"\rprogress 12%", &mut lines);
        }
        assert!(lines.is_empty());
        assert!(decoder.out.bytes.capacity() <= STYLED_LIMIT);
    }

    #[test]
    fn times() {
        let mut clock = Clock::default();
        assert_eq!(clock.read(b"2026-11-21T14:02:08.112345678Z"), Some(AT));
        assert_eq!(
            clock.read(b"2026-11-21T14:02:08.998000000Z"),
            Some(Time(AT.0 + 886))
        );
        assert_eq!(clock.read(b"2026-11-21T16:02:08.112+02:00"), Some(AT));
        assert_eq!(clock.read(b"2026-11-21T14:02:08Z"), Some(Time(AT.0 - 112)));
        assert_eq!(clock.read(b"2026-99-21T14:02:08.112345678Z"), None);
        assert_eq!(clock.read(b"hello"), None);
    }

    #[test]
    fn the_request_names_its_window() {
        let id = ContainerId::new("0123456789ab").expect("an id");
        let window = LogWindow {
            tail: Some(60),
            since: Some(Time(1_700_000_000_042)),
            until: None,
            follow: true,
        };
        assert_eq!(
            path(&id, window),
            "/containers/0123456789ab/logs?stdout=1&stderr=1&timestamps=1&tail=60&follow=1&since=1700000000.042"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..20), tty: bool) {
            let lines = decode(tty, pieces.into_iter());
            prop_assert!(lines.iter().all(|line| line.bytes.len() <= STYLED_LIMIT));
        }
    }
}
