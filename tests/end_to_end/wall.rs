//! The wall: it shows, and nothing that is pressed on it does anything but the chord that ends it.

use crate::support::{ENDS_AT_ONCE, Engine, Home, seconds};

const VERDICTS: [&str; 5] = ["OK", "AT RISK", "DOWN", "LOSING MONEY", "BLIND"];

#[test]
fn the_wall_shows_a_verdict_and_ignores_every_key() {
    let Some(engine) = Engine::start() else {
        return;
    };
    let name = engine.run("walled", ENDS_AT_ONCE);
    let before = engine.started(&name);
    let home = Home::new();
    let mut pty = home.console(&["wall", "--seconds", "5"]);
    pty.resize(17, 61);
    pty.wait_screen(seconds(20), "a verdict", |screen| {
        VERDICTS.iter().any(|word| screen.contains(word))
    });
    let keys: String = ('!'..='~').filter(|key| *key != '<').collect();
    for _ in 0..3 {
        pty.keys(&keys)
            .keys("<enter><tab><esc><space><ctrl-r><ctrl-d><ctrl-z>")
            .keys("RrSsKkUuq x");
    }
    pty.paste(&name);
    std::thread::sleep(seconds(1));
    assert!(pty.process().runs(), "still there");
    pty.wait_screen(seconds(5), "a verdict", |screen| {
        VERDICTS.iter().any(|word| screen.contains(word))
    });
    pty.keys("qq");
    assert_eq!(pty.exit_code(), 0);
    pty.assert_restored();
    assert_eq!(engine.started(&name), before);
    assert_eq!(home.runs().len(), 0);
    assert_eq!(home.run(&["audit", "--json"]).out, "");
}

#[test]
fn the_wall_fits_the_panel_it_is_made_for() {
    let home = Home::new();
    let mut pty = home.console(&["demo", "--wall"]);
    pty.resize(17, 61);
    pty.wait_screen(seconds(20), "a verdict", |screen| {
        VERDICTS.iter().any(|word| screen.contains(word))
    });
    for (rows, columns) in [(1, 1), (0, 0), (5, 20), (50, 200), (17, 61)] {
        pty.resize(rows, columns);
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    pty.wait_screen(seconds(5), "a verdict", |screen| {
        VERDICTS.iter().any(|word| screen.contains(word))
    });
    pty.process().signal("TERM");
    assert_eq!(pty.exit_within(seconds(2)), 143);
    pty.assert_restored();
}

/// The wall is given a way to see and none to ask: whoever adds one has to change this test.
#[test]
fn the_wall_has_nothing_to_change_anything_with() {
    fn given(session: wall::Session) -> Box<dyn link::Watch> {
        let wall::Session {
            watch,
            theme: _,
            seconds: _,
            money: _,
        } = session;
        watch
    }
    let _: fn(wall::Session) -> Box<dyn link::Watch> = given;
}
