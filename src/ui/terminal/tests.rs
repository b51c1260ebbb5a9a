//! The terminal in a real pty: a child of this very test binary takes it over and dies in every way there is.
//!
//! The child is the ignored test [`child`], started again by name with [`ROLE`] saying what it does.

use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use ratatui::text::Line;
use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::tcgetattr;

use super::*;

const ROLE: &str = "WHEELHOUSE_TERMINAL_TEST";

/// What begins and ends every mode the child turns on.
const PAIRS: [(&str, &str); 8] = [
    ("\x1b[?1049h", "\x1b[?1049l"),
    ("\x1b[?25l", "\x1b[?25h"),
    ("\x1b[?2004h", "\x1b[?2004l"),
    ("\x1b[?1004h", "\x1b[?1004l"),
    ("\x1b[?1000h", "\x1b[?1000l"),
    ("\x1b[?1002h", "\x1b[?1002l"),
    ("\x1b[?1006h", "\x1b[?1006l"),
    ("\x1b[?2026h", "\x1b[?2026l"),
];

/// Not a test by itself: what the others start in a pty.
#[test]
#[ignore = "started by the other tests"]
fn child() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    std::process::exit(play(&role).into());
}

fn play(role: &str) -> u8 {
    let (tell, happenings) = mpsc::channel();
    let guard = Guard::enter(
        Modes {
            paste: true,
            focus: true,
            mouse: true,
        },
        move |happening| {
            // Nobody listens any more when the child is on its way out.
            let _ = tell.send(happening);
        },
    )
    .expect("a terminal");
    let mut screen = guard.screen().expect("a screen");
    let mut draw = |text: &str| {
        screen.draw(|frame| frame.render_widget(Line::from(text.to_owned()), frame.area()))
    };
    draw("ready").expect("drawn");
    match role {
        "quit" => return 0,
        "panic" => panic!("the screen's own thread"),
        "panic in the background" => {
            let ended = thread::spawn(|| panic!("a task's thread")).join();
            draw(if ended.is_err() { "HELD" } else { "NOT" }).expect("drawn");
        }
        "hand over" => {
            let seen = guard.hand_over(|| {
                println!("[lent {}]", is_raw());
                is_raw()
            });
            draw(&format!("back:{}:{}", seen.expect("handed over"), is_raw())).expect("drawn");
        }
        _ => {}
    }
    let mut ticks = 0;
    loop {
        let Ok(happening) = happenings.recv_timeout(Duration::from_millis(20)) else {
            ticks += 1;
            // A face that does not care whether its frames arrive.
            drop(draw(&format!("tick:{ticks}")));
            continue;
        };
        match happening {
            Happening::Stop => guard.suspend().expect("stopped and gone on"),
            Happening::Continued => guard.resume().expect("taken over"),
            _ => {}
        }
        if let Some(code) = happening.exit_code() {
            return code;
        }
        draw("again").expect("drawn");
    }
}

fn is_raw() -> bool {
    let settings = tcgetattr(std::io::stdin()).expect("settings");
    !settings
        .local_modes
        .contains(rustix::termios::LocalModes::ICANON)
}

/// A child in a pty.
struct Stage {
    master: Option<Box<dyn MasterPty + Send>>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    output: Arc<Mutex<String>>,
    /// Has the reader let go of the terminal after the next bytes.
    deaf: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
    keyboard: Option<Box<dyn Write + Send>>,
    before: String,
}

impl Stage {
    fn new(role: &str) -> Self {
        Self::start(
            role,
            CommandBuilder::new(std::env::current_exe().expect("this binary")),
        )
    }

    /// As a session of its own, which the terminal does not control: it gets no SIGHUP from it.
    fn detached(role: &str) -> Self {
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", "trap '' HUP; exec setsid --wait \"$0\" \"$@\""]);
        command.arg(std::env::current_exe().expect("this binary"));
        Self::start(role, command)
    }

    fn start(role: &str, mut command: CommandBuilder) -> Self {
        let size = PtySize {
            rows: 10,
            cols: 40,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pty = native_pty_system().openpty(size).expect("a pty");
        let before = settings(pty.master.as_ref());
        command.args([
            "--exact",
            "terminal::tests::child",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ]);
        command.env(ROLE, role);
        command.env("RUST_BACKTRACE", "0");
        let child = pty.slave.spawn_command(command).expect("the child");
        drop(pty.slave);
        let output = Arc::new(Mutex::new(String::new()));
        let mut reader = pty.master.try_clone_reader().expect("a reader");
        let deaf = Arc::new(AtomicBool::new(false));
        let (heard, stop) = (Arc::clone(&output), Arc::clone(&deaf));
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                heard
                    .lock()
                    .expect("output")
                    .push_str(&String::from_utf8_lossy(&bytes[..count]));
                if stop.load(Ordering::SeqCst) {
                    return;
                }
            }
        });
        let keyboard = pty.master.take_writer().expect("a writer");
        Self {
            master: Some(pty.master),
            child,
            output,
            deaf,
            reader: Some(reader),
            keyboard: Some(keyboard),
            before,
        }
    }

    fn output(&self) -> String {
        self.output.lock().expect("output").clone()
    }

    /// Waits for words on the screen, since the `from`th byte.
    fn wait_for(&self, from: usize, words: &str) {
        let begun = Instant::now();
        while !self.output()[from..].contains(words) {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "no {words:?} after {:?}",
                &self.output()[from..].chars().take(600).collect::<String>()
            );
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = self
            .child
            .process_id()
            .and_then(|pid| Pid::from_raw(pid.cast_signed()))
            .expect("a process");
        kill_process(pid, signal).expect("signalled");
    }

    /// Closes every hold on the terminal's other side.
    fn hang_up(&mut self) {
        self.deaf.store(true, Ordering::SeqCst);
        self.reader
            .take()
            .expect("a reader")
            .join()
            .expect("read to its end");
        drop(self.keyboard.take());
        drop(self.master.take());
    }

    /// Waits for the end; how the child ended, and how long that took.
    fn end(&mut self) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("waited for") {
                return (status, begun.elapsed());
            }
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "still alive; {:?}",
                self.output()
            );
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// The terminal is as it was found: line settings, private modes.
    fn assert_restored(&self) {
        let master = self.master.as_ref().expect("still there");
        assert_eq!(settings(master.as_ref()), self.before);
        let begun = Instant::now();
        // The last bytes may still be on their way to the reader.
        let all_off = |output: &str| {
            let mut pairs = PAIRS.iter();
            pairs.all(|(on, off)| output.rfind(on) < output.rfind(off))
        };
        while !all_off(&self.output()) && begun.elapsed() < Duration::from_secs(2) {
            thread::sleep(Duration::from_millis(2));
        }
        let output = self.output();
        for (on, off) in PAIRS {
            assert!(
                output.rfind(on) < output.rfind(off),
                "{on:?} outlives {off:?} in {output:?}"
            );
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.child.kill());
    }
}

fn settings(master: &dyn MasterPty) -> String {
    let name = master.tty_name().expect("a name");
    let terminal = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(OFlags::NOCTTY.bits().cast_signed())
        .open(name)
        .expect("the terminal");
    format!("{:?}", tcgetattr(&terminal).expect("settings"))
}

const PROMPT: Duration = Duration::from_millis(100);

#[test]
fn quitting_restores() {
    let mut stage = Stage::new("quit");
    let (status, _) = stage.end();
    assert_eq!(status.exit_code(), 0);
    stage.assert_restored();
}

#[test]
fn every_ending_signal_restores_at_once() {
    for (signal, code) in [
        (Signal::TERM, 143),
        (Signal::HUP, 129),
        (Signal::INT, 130),
        (Signal::QUIT, 131),
    ] {
        let mut stage = Stage::new("wait");
        stage.wait_for(0, "ready");
        stage.signal(signal);
        let (status, took) = stage.end();
        assert_eq!(status.exit_code(), code);
        assert!(took < PROMPT, "{signal:?} took {took:?}");
        stage.assert_restored();
    }
}

#[test]
fn a_panic_restores_before_its_report() {
    let mut stage = Stage::new("panic");
    let (status, _) = stage.end();
    assert_eq!(status.exit_code(), 101);
    stage.assert_restored();
    stage.wait_for(0, "the screen's own thread");
    let output = stage.output();
    assert!(
        output.find("\x1b[?1049l") < output.find("the screen's own thread"),
        "{output:?}"
    );
}

#[test]
fn a_panic_in_the_background_leaves_the_screen_alone() {
    let mut stage = Stage::new("panic in the background");
    stage.wait_for(0, "HELD");
    let output = stage.output();
    assert!(
        !output.contains("\x1b[?1049l") && !output.contains("a task's thread"),
        "{output:?}"
    );
    stage.signal(Signal::TERM);
    assert_eq!(stage.end().0.exit_code(), 143);
    stage.assert_restored();
}

#[test]
fn a_terminal_that_vanishes_ends_it_even_without_sighup() {
    let mut stage = Stage::detached("wait");
    stage.wait_for(0, "ready");
    stage.hang_up();
    let (status, took) = stage.end();
    assert_eq!(status.exit_code(), 129);
    assert!(took < PROMPT, "took {took:?}");
}

#[test]
fn a_lent_terminal_is_as_it_was_found_and_taken_back_whole() {
    let mut stage = Stage::new("hand over");
    stage.wait_for(0, "[lent false]");
    stage.wait_for(0, "back:false:true");
    let output = stage.output();
    let lent = output.find("[lent").expect("lent");
    assert!(
        output[..lent].contains("\x1b[?1049l") && output[lent..].contains("\x1b[?1049h"),
        "{output:?}"
    );
    stage.signal(Signal::TERM);
    stage.end();
    stage.assert_restored();
}

#[test]
fn stops_and_goes_on() {
    let mut stage = Stage::new("wait");
    stage.wait_for(0, "ready");
    let before = stage.output().len();
    // The leader of a session is not stopped: nobody could wake it. It restores, takes over again and draws everything.
    stage.signal(Signal::TSTP);
    stage.wait_for(before, "again");
    let output = stage.output();
    assert!(
        output[before..].contains("\x1b[?1049l") && output[before..].contains("\x1b[?1049h"),
        "{output:?}"
    );
    stage.signal(Signal::TERM);
    assert_eq!(stage.end().0.exit_code(), 143);
    stage.assert_restored();
}
