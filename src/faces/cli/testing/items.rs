//! The items of the tests, as rules, signals and notes.

use vocab::{ServiceName, Severity, Span, Text};
use world::priorities::What;
use world::signals::{Band, Figure, Fix, Kind, Level, Phase, Rule, Signal, SignalId, Test};
use world::{About, Happening, ItemId, Note, World};

use super::fleet::node;
use super::{NOW, ago};

fn rule(id: &str, figure: Figure, severity: Severity, level: Level, fix: Option<Fix>) -> Rule {
    Rule {
        id: id.into(),
        figure,
        bands: vec![Band {
            test: Test::AtLeast(1.0),
            severity,
        }],
        hold: Span::ZERO,
        calm: Span::ZERO,
        kind: Kind::Capacity,
        level,
        title: "{about}".into(),
        fix,
        only: Vec::new(),
        place: "shipped".into(),
        off: false,
    }
}

fn signal(rule: &str, part: &str, severity: Severity, title: &str) -> Signal {
    let figure = match severity {
        Severity::Critical => Figure::NodeDisk,
        _ => Figure::NodeRebootPending,
    };
    let since = ago(Span::minutes(10));
    Signal {
        id: SignalId {
            rule: rule.into(),
            about: About::Node(node("web-1")),
            part: part.into(),
        },
        phase: Phase::Open,
        figure,
        kind: Kind::Capacity,
        only_here: false,
        told: true,
        since,
        opened: Some(since),
        seen: NOW,
        severity,
        value: 96.0,
        worst: 96.0,
        title: title.into(),
        words: Text::default(),
        blind: false,
        openings: std::iter::once(since).collect(),
    }
}

fn note(id: &str, text: &str, system: Option<&str>, worth: Option<&str>) -> Note {
    Note {
        id: id.into(),
        text: text.into(),
        by: "operator".into(),
        system: system.map(Text::from),
        at: ago(Span::hours(1)),
        due: system.is_none().then(|| NOW + Span::hours(3)),
        from: None,
        worth: worth.map(|worth| worth.parse().unwrap()),
        vip: false,
    }
}

/// Puts them into a world, judged by nobody.
pub(super) fn raise(world: &mut World) {
    world.rules = vec![
        rule(
            "disk.full",
            Figure::NodeDisk,
            Severity::Critical,
            Level::Human,
            Some(Fix::PruneImages),
        ),
        rule(
            "reboot.pending",
            Figure::NodeRebootPending,
            Severity::Notice,
            Level::Own,
            None,
        ),
    ];
    let signals = [
        signal(
            "disk.full",
            "/var",
            Severity::Critical,
            "web-1: disk /var is full",
        ),
        signal(
            "reboot.pending",
            "",
            Severity::Notice,
            "web-1: reboot pending",
        ),
    ];
    for signal in signals {
        world.signals.insert(signal.id.clone(), signal);
    }
    let notes = [
        note("n7", "call the bank", None, Some("500 USD")),
        note("crm deal-17", "Acme renews", Some("crm"), Some("50000 USD")),
    ];
    for note in notes {
        world.notes.insert(note.id.clone(), note);
    }
}

/// Puts an item of the service that fails into a world.
pub(super) fn raise_failing(world: &mut World) {
    let down = rule(
        "service.down",
        Figure::ServiceDown,
        Severity::Critical,
        Level::Human,
        None,
    );
    world.rules.push(down);
    let mut signal = signal(
        "service.down",
        "",
        Severity::Critical,
        "acme.example.com is down",
    );
    signal.figure = Figure::ServiceDown;
    signal.id.about = About::Service(ServiceName::new("acme.example.com").unwrap());
    world.signals.insert(signal.id.clone(), signal);
}

/// What became of them.
pub(super) fn happenings() -> Vec<Happening> {
    let happening = |minutes, what| Happening {
        at: ago(Span::minutes(minutes)),
        item: ItemId("disk.full node/web-1 /var".into()),
        title: "web-1: disk /var is full".into(),
        what,
        at_risk: None,
    };
    let marked = What::Marked {
        by: "operator".into(),
        words: "acknowledged".into(),
    };
    vec![
        happening(50, What::Raised),
        happening(40, What::Closed),
        happening(10, What::Reopened),
        happening(5, marked),
    ]
}
