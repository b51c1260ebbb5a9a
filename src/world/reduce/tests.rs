//! What the reducer promises, as scenarios: each file in `scenarios/` is a list of events and, after some of them, what
//! must be so. Adding a case adds a file.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use vocab::{Text, Time};

use crate::query::items;
use crate::{Event, Fact, Item, World, testing};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    /// What it shows.
    title: String,
    step: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// An event to apply, as it is stored and sent.
    event: Option<Event>,
    /// The present, for what depends on age; the event's time unless given.
    now: Option<i64>,
    /// JSON pointers into the world, and the value each must have.
    #[serde(default)]
    expect: toml::Table,
    /// The titles of all items, in order, by the shipped rules without their waits.
    items: Option<Vec<String>>,
    /// The details of all items, in order.
    details: Option<Vec<String>>,
    /// The states of services, by name.
    #[serde(default)]
    services: toml::Table,
}

#[test]
fn scenarios() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let scenario: Scenario = toml::from_str(&fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        play(&scenario, &path.display().to_string());
        count += 1;
    }
    assert!(count >= 5, "the scenarios are there");
}

fn play(scenario: &Scenario, file: &str) {
    let mut world = World::default();
    world.apply(&Event {
        at: Time(0),
        fact: Fact::RulesDeclared(testing::rules()),
    });
    for (number, step) in scenario.step.iter().enumerate() {
        let place = format!("{file}: {}, step {}", scenario.title, number + 1);
        if let Some(event) = &step.event {
            // What is stored and sent is the same fact when it is read back.
            let text = serde_json::to_string(event).unwrap();
            assert_eq!(
                serde_json::from_str::<Event>(&text).unwrap(),
                *event,
                "{place}"
            );
            world.apply(event);
        }
        let now = step.now.map_or(world.now, Time);
        let state = serde_json::to_value(&world).unwrap();
        for (pointer, wanted) in &step.expect {
            let wanted = serde_json::to_value(wanted).unwrap();
            let found = state.pointer(pointer).cloned().unwrap_or(Value::Null);
            let absent = wanted == Value::String("(absent)".into()) && found.is_null();
            assert!(
                found == wanted || absent,
                "{place}: {pointer} is {found}, not {wanted}"
            );
        }
        let found = items(&world, now);
        let lines = |said: fn(&Item) -> &Text| -> Vec<String> {
            found.iter().map(|item| said(item).to_string()).collect()
        };
        if let Some(titles) = &step.items {
            assert_eq!(lines(|item| &item.title), *titles, "{place}");
        }
        if let Some(details) = &step.details {
            assert_eq!(lines(|item| &item.detail), *details, "{place}");
        }
        for (name, wanted) in &step.services {
            let (_, service) = world
                .services
                .iter()
                .find(|(known, _)| known.as_str() == name)
                .unwrap();
            assert_eq!(
                Some(service.state(now).word()),
                wanted.as_str(),
                "{place}: {name}"
            );
        }
    }
}
