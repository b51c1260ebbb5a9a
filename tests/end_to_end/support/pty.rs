//! A program in a real terminal: keys go in, a modelled screen and the raw bytes come out.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};

use super::{Process, keys, seconds, until};

/// How long the screen is waited for unless a test says otherwise: the machine may be busy with other tests.
const PATIENCE: Duration = seconds(15);

/// What has come out.
struct Model {
    screen: vt100::Parser,
    raw: Vec<u8>,
}

/// A program in a terminal. It is killed at the end of the test.
pub struct Pty {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    /// Held so that the terminal's settings can be read when the program is gone.
    _slave: Box<dyn SlavePty + Send>,
    child: Box<dyn Child + Send + Sync>,
    model: Arc<Mutex<Model>>,
    deaf: Arc<AtomicBool>,
    name: String,
    before: String,
}

fn parser(rows: u16, columns: u16) -> vt100::Parser {
    let least = |number: u16| NonZeroU16::new(number).unwrap_or(NonZeroU16::MIN);
    vt100::Parser::new(least(rows), least(columns), 0)
}

const fn size((rows, cols): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

impl Pty {
    /// Starts a program in a new session with the terminal as its own.
    pub fn start(
        program: &str,
        arguments: &[&str],
        environment: &[(String, String)],
        folder: &Path,
        (rows, columns): (u16, u16),
    ) -> Self {
        let pair = native_pty_system().openpty(size((rows, columns))).unwrap();
        let name = pair.master.tty_name().unwrap().display().to_string();
        let before = settings(&name);
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        for (name, value) in environment {
            command.env(name, value);
        }
        command.cwd(folder);
        let child = pair.slave.spawn_command(command).unwrap();
        let model = Arc::new(Mutex::new(Model {
            screen: parser(rows, columns),
            raw: Vec::new(),
        }));
        let deaf = Arc::new(AtomicBool::new(false));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (seen, stop) = (Arc::clone(&model), Arc::clone(&deaf));
        thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let mut model = seen.lock().unwrap_or_else(PoisonError::into_inner);
                model.screen.process(&buffer[..count]);
                model.raw.extend_from_slice(&buffer[..count]);
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Self {
            master: Some(pair.master),
            writer: Some(writer),
            _slave: pair.slave,
            child,
            model,
            deaf,
            name,
            before,
        }
    }

    /// The program's process.
    pub fn process(&self) -> Process {
        Process(self.child.process_id().unwrap())
    }

    /// Presses keys; see [`keys`] for their names. Escape alone is followed by a pause, as a hand makes one.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys::bytes(keys) {
            self.send(&key);
            if key == b"\x1b" {
                thread::sleep(Duration::from_millis(150));
            }
        }
        self
    }

    /// Reads the plan that is on the screen: its keys do not count before it can have been read.
    pub fn read_plan(&mut self) -> &mut Self {
        thread::sleep(Duration::from_millis(700));
        self
    }

    /// Pastes text.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.send(&keys::pasted(text));
        self
    }

    fn send(&mut self, bytes: &[u8]) {
        let writer = self.writer.as_mut().expect("the terminal is open");
        writer.write_all(bytes).unwrap();
        writer.flush().unwrap();
    }

    /// The screen as text, lines without their trailing blanks.
    pub fn screen(&self) -> String {
        let model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, columns) = model.screen.screen().size();
        let rows: Vec<String> = model
            .screen
            .screen()
            .rows(0, columns.get())
            .map(|row| row.trim_end().to_owned())
            .collect();
        rows.join("\n")
    }

    /// The screen's line with this text.
    pub fn line(&self, with: &str) -> Option<String> {
        self.screen()
            .lines()
            .find(|line| line.contains(with))
            .map(str::to_owned)
    }

    /// Everything that came out so far.
    pub fn raw(&self) -> Vec<u8> {
        self.model
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .raw
            .clone()
    }

    /// Whether a cell with this text's first letter is drawn in a red.
    pub fn is_red(&self, text: &str) -> bool {
        let screen = self.screen();
        let model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        let place = screen.lines().enumerate().find_map(|(row, line)| {
            let bytes = line.find(text)?;
            Some((row as u16, line[..bytes].chars().count() as u16))
        });
        let Some((row, column)) = place else {
            return false;
        };
        match model
            .screen
            .screen()
            .cell(row, column)
            .map(vt100::Cell::fgcolor)
        {
            Some(vt100::Color::Rgb(red, green, blue)) => {
                red > green.saturating_add(40) && red > blue.saturating_add(40)
            }
            Some(vt100::Color::Idx(index)) => {
                matches!(index, 1 | 9 | 160 | 167 | 196 | 203 | 204 | 210)
            }
            _ => false,
        }
    }

    /// Waits until the screen holds the text.
    pub fn wait_for(&self, text: &str) -> &Self {
        self.wait_within(PATIENCE, text)
    }

    /// The same with another deadline.
    pub fn wait_within(&self, within: Duration, text: &str) -> &Self {
        self.wait_screen(within, &format!("{text:?}"), |screen| screen.contains(text))
    }

    /// Waits until the screen does not hold the text any more.
    pub fn wait_gone(&self, text: &str) -> &Self {
        self.wait_screen(PATIENCE, &format!("no {text:?}"), |screen| {
            !screen.contains(text)
        })
    }

    /// Waits until one line of the screen holds all of these.
    pub fn wait_line(&self, within: Duration, words: &[&str]) -> &Self {
        self.wait_screen(within, &format!("a line with {words:?}"), |screen| {
            screen
                .lines()
                .any(|line| words.iter().all(|word| line.contains(word)))
        })
    }

    /// Waits until the screen is as wanted; the failure shows it.
    pub fn wait_screen(
        &self,
        within: Duration,
        what: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> &Self {
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            if wanted(&screen) {
                return self;
            }
            assert!(
                begun.elapsed() < within,
                "not within {within:?}: {what}\n{screen}"
            );
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Changes the terminal's size. What was drawn for the size before is forgotten.
    pub fn resize(&self, rows: u16, columns: u16) {
        let mut model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        model.screen = parser(rows, columns);
        self.master
            .as_ref()
            .expect("the terminal is open")
            .resize(size((rows, columns)))
            .unwrap();
    }

    /// Leaves the console from wherever it is; its exit code. Where it asks whether to leave runs alone, they are.
    pub fn quit(&mut self) -> u32 {
        self.keys("0").wait_for("2 nodes");
        self.keys("q");
        let begun = Instant::now();
        while begun.elapsed() < seconds(5) {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            if self.screen().contains("Still under way") {
                self.keys("q");
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!(
            "it did not end within 5 s of q; its screen:\n{}",
            self.screen()
        );
    }

    /// Waits for the program's end; its exit code.
    pub fn exit_code(&mut self) -> u32 {
        self.exit_within(PATIENCE)
    }

    /// The same with another deadline.
    pub fn exit_within(&mut self, within: Duration) -> u32 {
        let screen = self.screen();
        let child = &mut self.child;
        until(
            &format!("the program's end; its screen:\n{screen}"),
            within,
            || child.try_wait().unwrap(),
        )
        .exit_code()
    }

    /// Closes the terminal as a window that is closed.
    pub fn hang_up(&mut self) {
        self.deaf.store(true, Ordering::SeqCst);
        // The reader holds the terminal too until the next byte wakes it; the clock of the console is one.
        let begun = Instant::now();
        while Arc::strong_count(&self.deaf) > 1 && begun.elapsed() < seconds(5) {
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(
            Arc::strong_count(&self.deaf),
            1,
            "the screen stood still for five seconds"
        );
        self.writer = None;
        self.master = None;
    }

    /// That the terminal is as it was before the program: settings, screen, cursor, every mode that was set.
    pub fn assert_restored(&self) {
        thread::sleep(Duration::from_millis(100));
        assert_eq!(settings(&self.name), self.before, "the terminal's settings");
        assert_restored(&self.raw());
        let model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        let screen = model.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "pasting is as it was");
    }
}

/// The terminal's settings as stty(1) writes them.
fn settings(name: &str) -> String {
    let output = Command::new("stty")
        .args(["-F", name, "-g"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// That every private mode that was set is reset at the end.
fn assert_restored(raw: &[u8]) {
    let text = String::from_utf8_lossy(raw);
    let mut modes = std::collections::BTreeMap::new();
    for part in text.split("\x1b[?").skip(1) {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        match part.chars().nth(digits.len()) {
            Some('h') => drop(modes.insert(digits, true)),
            Some('l') => drop(modes.insert(digits, false)),
            _ => {}
        }
    }
    for (mode, on) in modes {
        // The cursor is the one that is on in a terminal at rest.
        assert_eq!(on, mode == "25", "mode {mode} at the end");
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if thread::panicking() {
            println!("the screen at the end:\n{}", self.screen());
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
