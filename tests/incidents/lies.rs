//! Never a false green, never a false red: every fault of looking, on every object, in every state it may be in, at several
//! moments. A look that fails, stands still or lies changes nothing of what is known to be so, and makes nothing so.

#![expect(
    clippy::expect_used,
    reason = "the staged fleet has what it was made with"
)]

use std::collections::BTreeSet;

use incidents::{NodePart, Outcome, Parts, ServicePart, SitePart, Stage, Way, at, empty};
use vocab::{NodeName, ServiceName, Span};
use world::signals::{Certainty, Phase};
use world::tracked::ServiceState;
use world::{About, World};

/// How looking fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The object's own source says nothing any more.
    SourceCut,
    /// The node's clock stands: its connection lives, and no figure changes.
    ClockFrozen,
    /// The connection is up and nothing comes back.
    HalfOpen,
    /// Commands end well and say nothing.
    LyingExit,
    /// All of this machine's network is gone.
    NetworkGone,
    /// The network goes and comes back, again and again.
    NetworkFlaps,
    /// Other places say that it answers there.
    SeenElsewhere,
}

const FAULTS: [Fault; 7] = [
    Fault::SourceCut,
    Fault::ClockFrozen,
    Fault::HalfOpen,
    Fault::LyingExit,
    Fault::NetworkGone,
    Fault::NetworkFlaps,
    Fault::SeenElsewhere,
];

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Object {
    Node,
    Memory,
    Disk,
    Container,
    Engine,
    Service,
    Site,
}

const OBJECTS: [Object; 7] = [
    Object::Node,
    Object::Memory,
    Object::Disk,
    Object::Container,
    Object::Engine,
    Object::Service,
    Object::Site,
];

/// Whether it is well when the fault begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Well,
    Wrong,
}

/// The seconds at which the fault begins: on and beside the beats of the sources.
const MOMENTS: [i64; 6] = [300, 301, 307, 314, 329, 351];

const TARGET: &str = "web-1";

fn fleet(object: Object, state: State) -> Parts {
    let mut parts = Parts::default();
    for name in ["db-1", "edge-1", TARGET] {
        parts.nodes.insert(name.to_owned(), NodePart::default());
    }
    let site = |on: &str| SitePart {
        on: on.to_owned(),
        ..SitePart::default()
    };
    parts.sites.insert("shop.example.com".into(), site(TARGET));
    parts.sites.insert("far.example.com".into(), site("db-1"));
    parts.services.insert("api".into(), ServicePart::default());
    let node = parts.nodes.get_mut(TARGET).expect("the node");
    node.disks.insert("/".into(), 50);
    node.containers.insert("app".into(), container(false));
    if state == State::Well {
        return parts;
    }
    match object {
        Object::Node => node.link = Way::Refused,
        Object::Memory => node.memory = 98,
        Object::Disk => drop(node.disks.insert("/".into(), 97)),
        Object::Container => drop(node.containers.insert("app".into(), container(true))),
        Object::Engine => node.engine = Some("the socket is closed".into()),
        Object::Service => parts.services.get_mut("api").expect("it").outcome = Outcome::BadGateway,
        Object::Site => {
            parts.sites.get_mut("shop.example.com").expect("it").outcome = Outcome::BadGateway;
        }
    }
    parts
}

fn container(unhealthy: bool) -> incidents::ContainerPart {
    incidents::ContainerPart {
        unhealthy,
        ..incidents::ContainerPart::default()
    }
}

/// The rule that says that an object is wrong.
fn rule(object: Object) -> &'static str {
    match object {
        Object::Node => "node.down",
        Object::Memory => "memory.full",
        Object::Disk => "disk.full",
        Object::Container => "container.unhealthy",
        Object::Engine => "engine.down",
        Object::Service => "service.down",
        Object::Site => "site.wrong",
    }
}

/// The parts while a fault lasts; `None` when the fault says nothing of this object.
fn with(fault: Fault, object: Object, parts: &Parts, elapsed: i64) -> Option<Parts> {
    let mut parts = parts.clone();
    let of_node = matches!(
        object,
        Object::Node | Object::Memory | Object::Disk | Object::Container | Object::Engine
    );
    let node = parts.nodes.get_mut(TARGET)?;
    let answers = node.link == Way::Up;
    match fault {
        // A fault of looking at a node has no way to begin where nothing is looked at any more.
        Fault::SourceCut | Fault::ClockFrozen if of_node && answers => node.frozen = true,
        Fault::HalfOpen if of_node && answers => node.link = Way::HalfOpen,
        // An empty answer to `df`, `systemctl` and the rest.
        Fault::LyingExit if matches!(object, Object::Disk) => node.disks.clear(),
        Fault::SourceCut | Fault::ClockFrozen | Fault::HalfOpen | Fault::LyingExit
            if matches!(object, Object::Service | Object::Site) =>
        {
            let outcome = Outcome::CouldNotTry;
            parts.services.get_mut("api")?.outcome = outcome;
            parts.sites.get_mut("shop.example.com")?.outcome = outcome;
        }
        Fault::NetworkGone => parts.cut = true,
        Fault::NetworkFlaps => parts.cut = elapsed / 45 % 2 == 0,
        // What answers here and refuses, and answers elsewhere, is a matter of the way: that is no lie.
        Fault::SeenElsewhere if !answers => return None,
        Fault::SeenElsewhere => {
            let seen = |about: About| world::Fact::SeenFrom {
                about,
                from: "db-1".into(),
                seen: world::signals::Seen::Answers,
            };
            let site = vocab::Domain::new("shop.example.com").ok()?;
            parts.said = vec![
                seen(About::Node(NodeName::new(TARGET).ok()?)),
                seen(About::Site(site)),
                seen(About::Service(ServiceName::new("api").ok()?)),
            ];
        }
        _ => return None,
    }
    Some(parts)
}

/// The availability signals that say that something of the fleet does not run.
fn red(world: &World) -> BTreeSet<String> {
    const SAY_SO: [&str; 9] = [
        "node.down",
        "container.dead",
        "container.unhealthy",
        "container.loop",
        "engine.down",
        "service.down",
        "site.down",
        "site.wrong",
        "server.down",
    ];
    let open = world.signals.values().filter(|one| one.is_open());
    let said = open.filter(|one| SAY_SO.contains(&one.id.rule.as_str()));
    said.map(|one| one.id.to_string()).collect()
}

fn is_wrong(world: &World, object: Object) -> Option<bool> {
    let mut of_rule = world
        .signals
        .values()
        .filter(|one| one.is_open() && one.id.rule == *rule(object));
    of_rule
        .next()
        .map(|one| one.certainty() == Certainty::Blind || matches!(one.phase, Phase::Open))
}

/// What is green must be young: the state of services and sites, and figures of nodes.
fn no_old_green(world: &World, second: i64, place: &str) {
    let now = at(second);
    for service in world.services.values() {
        let old = service
            .last
            .as_ref()
            .is_none_or(|last| now.since(last.at) > Span(last.every.0 * 2 + 500));
        assert!(
            !old || service.state(now) == ServiceState::Unknown,
            "{place}: a service is green by an old look"
        );
    }
    for pulse in world.pulses.values() {
        let old = pulse
            .last
            .as_ref()
            .is_none_or(|last| now.since(last.at) > Span(last.every.0 * 2 + 500));
        assert!(
            !old || pulse.state(now) == ServiceState::Unknown,
            "{place}: a site is green by an old look"
        );
    }
    for node in world.nodes.values() {
        let old = node
            .sample
            .as_ref()
            .filter(|sample| now.since(sample.at) > Span(sample.every.0 * 2 + 500));
        assert!(
            old.is_none_or(|sample| sample.fresh(now).is_none()),
            "{place}: an old figure is drawn as young"
        );
    }
}

fn case(
    begun: &(Stage, World),
    (fault, object, state): (Fault, Object, State),
    moment: i64,
    lasts: i64,
) -> bool {
    let parts = fleet(object, state);
    if with(fault, object, &parts, 0).is_none() {
        return false;
    }
    let place =
        format!("{fault:?} on {object:?} that is {state:?}, from second {moment} for {lasts} s");
    let (mut playing, mut world) = begun.clone();
    let course = [(0, parts.clone())];
    let before = red(&world);
    assert_eq!(
        is_wrong(&world, object).is_some(),
        state == State::Wrong,
        "{place}: at first"
    );
    // A link that is half open or gone is a node that cannot be reached, and that is true.
    let may_be_lost = matches!(fault, Fault::HalfOpen);
    for second in moment..moment + lasts {
        let during = with(fault, object, &parts, second - moment).expect("it was there");
        world = playing.play(world, &[(0, during)], second);
        if second % 7 != 0 {
            continue;
        }
        no_old_green(&world, second, &place);
        let mut new: Vec<String> = red(&world).difference(&before).cloned().collect();
        new.retain(|id| !(may_be_lost && id.starts_with("node.down node/web-1")));
        assert_eq!(
            new,
            Vec::<String>::new(),
            "{place}, second {second}: a false red"
        );
        if state == State::Wrong && fault != Fault::LyingExit {
            assert_eq!(
                is_wrong(&world, object),
                Some(true),
                "{place}, second {second}: a false green"
            );
        }
    }
    // When it is over, what is right is green again and what is wrong is red.
    world = playing.play(world, &course, moment + lasts + 200);
    assert_eq!(
        is_wrong(&world, object).is_some(),
        state == State::Wrong,
        "{place}: afterwards"
    );
    if state == State::Well {
        assert_eq!(red(&world), BTreeSet::new(), "{place}: afterwards");
    }
    true
}

#[test]
fn no_fault_of_looking_makes_a_false_green_or_a_false_red() {
    let mut count = 0;
    for object in OBJECTS {
        for state in [State::Well, State::Wrong] {
            let course = [(0, fleet(object, state))];
            let mut begun = (Stage::default(), empty());
            for moment in MOMENTS {
                let (mut stage, world) = begun;
                let world = stage.play(world, &course, moment - 1);
                begun = (stage, world);
                for fault in FAULTS {
                    for lasts in [20, 100] {
                        let what = (fault, object, state);
                        count += usize::from(case(&begun, what, moment, lasts));
                    }
                }
            }
        }
    }
    println!("{count} cases");
    assert!(count >= 500, "{count} cases");
}
