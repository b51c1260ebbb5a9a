//! Tests of the pane: pictures at several sizes, and what its keys do, over lines such as a fleet writes.

use config::Report;
use jiff::tz::TimeZone;
use ui::Styles;
use ui::widgets::{Frame, frame};
use vocab::{LogItem, LogLine, Output, Span, StyledText};
use world::World;
use world::logs::level;

use super::*;
use crate::fixture::{Fixture, NOW};

struct Bench {
    pane: Logs,
    world: World,
    styles: Styles,
}

impl Bench {
    fn new(world: World) -> Self {
        let mut report = Report::default();
        let styles = Styles::new(&config::theme::load("night", None, &mut report));
        Self {
            pane: Logs::default(),
            world,
            styles,
        }
    }

    /// Reading three containers that have written for five minutes.
    fn reading() -> Self {
        let mut bench = Self::new(Fixture::full());
        let sources = [source(0), source(1), source(2)];
        bench.pane.read(sources.to_vec());
        for minute in 0..5 {
            for (index, source) in sources.iter().enumerate() {
                bench.take(
                    source,
                    (0..12).map(|step| {
                        item(
                            minute * 60_000 + step * 5_000 + index.cast_signed() as i64 * 700,
                            index,
                            step,
                        )
                    }),
                );
            }
        }
        let gap = LogItem::Gap {
            at: NOW - Span::seconds(3),
            reason: Text::line("gap of 4 s: edge-2 reconnecting"),
        };
        bench.take(&sources[0], [gap].into_iter());
        bench
    }

    fn take(&mut self, source: &LogSource, items: impl Iterator<Item = LogItem>) {
        self.pane.take(LogBatch {
            source: source.clone(),
            items: items.collect(),
            skipped: 0,
        });
    }

    fn act(&mut self, action: Action) -> Outcome {
        self.pane.act(
            action,
            Seen {
                world: &self.world,
                now: NOW,
            },
            true,
        )
    }

    fn screen(&mut self, width: u16, height: u16) -> String {
        let seen = Seen {
            world: &self.world,
            now: NOW,
        };
        let look = Look {
            styles: &self.styles,
            zone: &TimeZone::UTC,
            focused: true,
            whole: true,
        };
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        // Twice: the first frame takes in what the second one's title speaks of.
        for _ in 0..2 {
            buffer.reset();
            let title = self.pane.title(seen, &look);
            let mut spec = Frame::pane("6", "logs", true);
            (spec.extra, spec.note) = (title.extra, title.note);
            let area = buffer.area;
            let inside = frame(&mut buffer, area, &look, spec);
            self.pane.draw(seen, &look, inside, &mut buffer);
        }
        let row = |y| {
            (0..width)
                .map(|x| buffer[(x, y)].symbol().to_owned())
                .collect::<String>()
                .trim_end()
                .to_owned()
        };
        (0..height).map(row).collect::<Vec<_>>().join("\n")
    }

    fn filter(&mut self, text: &str) {
        self.pane.filter().unwrap().set(text);
    }
}

fn source(number: usize) -> LogSource {
    let world = Fixture::full();
    LogSource::Container(world.containers.keys().nth(number).cloned().unwrap())
}

fn item(at: i64, source: usize, step: i64) -> LogItem {
    let text = match (source, step % 4) {
        (0, 0) => "ERROR upstream timed out after 30 s: GET /checkout".to_owned(),
        (0, _) => format!("INFO request 200 in {} ms", 40 + step),
        (1, 1) => "\x1b[33mWARN\x1b[0m 502 acme.example /checkout 30.002s".to_owned(),
        (1, _) => {
            format!(r#"{{"level":"info","status":200,"path":"/größe/{step}","took":"{step}ms"}}"#)
        }
        _ => format!(
            "2026-11-21 14:02:08 UTC [61] LOG:  checkpoint complete: wrote {} buffers (1.3%)",
            200 + step
        ),
    };
    let at = NOW - Span::minutes(5) + Span::millis(at);
    let text = StyledText::new(text.as_bytes());
    LogItem::Line(LogLine {
        at,
        output: Output::Out,
        level: level::recognise(text.as_str()),
        text,
    })
}

#[test]
fn pictures() {
    for (width, height) in [(160, 48), (80, 24), (60, 20)] {
        let mut bench = Bench::reading();
        insta::assert_snapshot!(
            format!("follow_{width}x{height}"),
            bench.screen(width, height)
        );
    }
}

#[test]
fn empty_and_broken() {
    let mut bench = Bench::new(World::default());
    insta::assert_snapshot!("nothing_read", bench.screen(80, 10));
    let mut bench = Bench::new(Fixture::full());
    insta::assert_snapshot!("waiting", bench.screen(80, 10));
    let mut bench = Bench::reading();
    bench.filter("nothing of the kind");
    insta::assert_snapshot!("no_hit", bench.screen(80, 10));
    bench.filter("/a(b/");
    assert!(bench.screen(120, 10).contains("unclosed group"));
}

#[test]
fn the_running_containers_are_read_until_somebody_chooses() {
    let mut bench = Bench::new(Fixture::full());
    assert_eq!(bench.pane.requests(), None);
    bench.screen(80, 10);
    let requests = bench.pane.requests().unwrap();
    assert!(
        !requests.is_empty()
            && requests.len() <= 8
            && requests.iter().all(|request| request.follow)
    );
    assert_eq!(bench.pane.requests(), None, "once is enough");
    bench.pane.read(vec![source(2)]);
    assert_eq!(bench.pane.requests().unwrap().len(), 1);
}

#[test]
fn filter_hits_errors_and_wrap() {
    let mut bench = Bench::reading();
    bench.filter("checkout level:error");
    let shown = bench.screen(120, 12);
    assert!(
        shown.contains("16 shown") && !shown.contains("request 200"),
        "{shown}"
    );
    bench.filter("");
    bench.screen(120, 12);
    assert_eq!(bench.act(Action::LogsPreviousError), Outcome::Done);
    assert!(bench.screen(120, 12).contains("paused"));
    let error = bench.pane.selected().unwrap();
    assert!(error.text.as_str().starts_with("ERROR"));
    bench.act(Action::ListBottom);
    assert!(
        matches!(bench.act(Action::LogsNextError), Outcome::Say(_)),
        "there is none below the newest line"
    );
    bench.act(Action::LogsWrap);
    insta::assert_snapshot!("wrapped", bench.screen(60, 14));
}

#[test]
fn scrolling_up_pauses_and_new_lines_are_counted() {
    let mut bench = Bench::reading();
    bench.screen(100, 12);
    bench.act(Action::ListRight);
    for _ in 0..3 {
        bench.act(Action::ListUp);
    }
    let before = bench.screen(100, 12);
    bench.take(&source(1), (0..7).map(|step| item(299_000 + step, 0, 1)));
    let after = bench.screen(100, 12);
    assert!(after.contains("paused 7 below"), "{after}");
    let body = |screen: &str| {
        screen
            .lines()
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        body(&before),
        body(&after),
        "nothing moves under the reader"
    );
    bench.act(Action::LogsFollow);
    let following = bench.screen(100, 12);
    assert!(following.contains("follow") && !following.contains("paused"));
    assert_eq!(
        bench.pane.place.left, 8,
        "following does not scroll back to the left"
    );
}

#[test]
fn fields_marker_export_and_sources() {
    let mut bench = Bench::reading();
    bench.filter("status=200");
    bench.screen(80, 24);
    bench.act(Action::ListUp);
    bench.act(Action::ListUp);
    bench.act(Action::ListOpen);
    insta::assert_snapshot!("fields", bench.screen(80, 16));
    assert!(bench.pane.back());
    bench.filter("");
    bench.act(Action::LogsMarker);
    assert!(bench.screen(80, 24).contains("── marker 2026-11-21"));
    let Outcome::Export { name, text } = bench.act(Action::LogsExport) else {
        panic!("it exports")
    };
    assert!(
        name.starts_with("logs-2026-11-21") && text.lines().count() == 182,
        "{name} {}",
        text.lines().count()
    );
    bench.act(Action::LogsSources);
    insta::assert_snapshot!("sources", bench.screen(80, 14));
    bench.act(Action::ListMark);
    bench.act(Action::ListOpen);
    assert!(bench.pane.requests().is_some());
}

#[test]
fn the_settings_bound_what_is_kept_and_choose_the_stamps() {
    let mut bench = Bench::reading();
    let mut settings = Settings {
        timestamps: Timestamps::Utc,
        log_lines: 1_000,
        ..Settings::default()
    };
    bench.pane.configure(&settings);
    assert_eq!(bench.pane.stamps, Timestamps::Utc);
    let seen = Seen {
        world: &bench.world,
        now: NOW,
    };
    bench.pane.act(Action::LogsTimestamps, seen, true);
    bench.pane.configure(&settings);
    assert_eq!(
        bench.pane.stamps,
        Timestamps::Relative,
        "what a key chose stays while the settings say the same"
    );
    settings.timestamps = Timestamps::Local;
    bench.pane.configure(&settings);
    assert_eq!(bench.pane.stamps, Timestamps::Local);

    let many = (0..20_000).map(|number| item(number, 0, number));
    bench.take(&source(0), many);
    assert!(
        bench.pane.buffer.len() < 5_000,
        "{}",
        bench.pane.buffer.len()
    );
}
