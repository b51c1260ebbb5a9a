//! Every file of `files/` is played: what happens is in it, what must be listed is in it too. What each line says, with its
//! score and what is folded under it, is in the snapshot beside it.

#![expect(
    clippy::expect_used,
    reason = "helpers of tests: what is missing fails them"
)]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use incidents::{Script, Stage, at, empty};
use world::World;
use world::priorities::{Item, Origin, Visibility, What};
use world::query::{SURFACE, items, surface, while_away};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("files");
    let entries = std::fs::read_dir(folder).expect("the folder of incidents");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

fn ids(world: &World, items: &[Arc<Item>], visible: bool) -> Vec<String> {
    let shown = |item: &&Arc<Item>| (item.visibility == Visibility::Shown) == visible;
    let found = items.iter().filter(shown);
    found.map(|item| by_name(world, &item.id.0)).collect()
}

/// An id with a container's name in place of its number.
fn by_name(world: &World, id: &str) -> String {
    let all = world.containers.values();
    all.fold(id.to_owned(), |id, one| {
        let name = format!("{}/{}", one.key.node, one.container.name);
        id.replace(&one.key.to_string(), &name)
    })
}

/// What mends an item, in words; empty for what no action mends.
fn fix_of(item: &Item) -> String {
    item.fix
        .as_ref()
        .map_or_else(String::new, world::priorities::fix::words)
}

/// An item as its line and what is behind it.
fn shown(world: &World, item: &Item, text: &mut String) {
    let at_risk = item
        .at_risk
        .map_or_else(String::new, |money| format!("  {money}/h"));
    let quadrant = item.quadrant.word();
    writeln!(text, "  {quadrant} {}{at_risk}", item.title).expect("text");
    if !item.detail.is_empty() {
        writeln!(text, "     {}", item.detail).expect("text");
    }
    let fix = match fix_of(item).as_str() {
        "" => String::new(),
        words => format!(", with a fix: {words}"),
    };
    let (level, score) = (item.level.word(), item.score.line());
    writeln!(text, "     {score}, {level}{fix}").expect("text");
    let terms = &item.score.importance_terms;
    for term in terms
        .iter()
        .chain(&item.score.urgency_terms)
        .chain(&item.score.certainty_terms)
    {
        writeln!(text, "       {} {} ({})", term.name, term.value, term.words).expect("text");
    }
    if let Origin::Signal { consequences, .. } = &item.origin {
        for one in consequences {
            let one = by_name(world, &one.to_string());
            writeln!(text, "     under it: {one}").expect("text");
        }
    }
}

fn play(script: &Script, wrong: &mut Vec<String>) -> String {
    let course = script.course();
    let mut stage = Stage::default();
    let mut world = empty();
    let mut text = format!("{}\n", script.title);
    // What comes up on the surface is what somebody is told of.
    let mut told = BTreeSet::new();
    let mut second = 0;
    for step in &script.step {
        while second <= step.at {
            world = stage.play(world, &course, second);
            let shown = surface(&world, at(second));
            told.extend(shown.iter().map(|item| item.id.clone()));
            second += 1;
        }
        let now = at(step.at);
        let place = format!("{}, second {}", script.title, step.at);
        let found = items(&world, now);
        assert!(surface(&world, now).len() <= SURFACE, "{place}");
        if let Some(list) = &step.list {
            let ids = ids(&world, &found, true);
            if ids != *list {
                wrong.push(format!("{place}: lists {ids:?}, not {list:?}"));
            }
            writeln!(text, "\nsecond {}", step.at).expect("text");
            for item in found
                .iter()
                .filter(|one| one.visibility == Visibility::Shown)
            {
                shown(&world, item, &mut text);
            }
        }
        if let Some(list) = &step.surface {
            let ids = ids(&world, &surface(&world, now), true);
            if ids != *list {
                wrong.push(format!("{place}: has {ids:?} on the surface, not {list:?}"));
            }
        }
        if let Some(quiet) = &step.quiet {
            let ids = ids(&world, &found, false);
            if ids != *quiet {
                wrong.push(format!("{place}: keeps quiet {ids:?}, not {quiet:?}"));
            }
        }
        if let Some(count) = step.told.filter(|count| told.len() != *count) {
            wrong.push(format!("{place}: was told of {told:?}, not of {count}"));
        }
        if let Some(wanted) = &step.fixes {
            let shown = found
                .iter()
                .filter(|item| item.visibility == Visibility::Shown);
            let fixes: Vec<String> = shown.map(|item| fix_of(item)).collect();
            if fixes != *wanted {
                wrong.push(format!(
                    "{place}: is mended by {fixes:?}, not by {wanted:?}"
                ));
            }
        }
        for part in &step.first {
            let Some(first) = found.first() else {
                wrong.push(format!("{place}: lists nothing"));
                continue;
            };
            let line = format!(
                "{} | {} | {} | {} | {}",
                first.quadrant.word(),
                first.title,
                first.detail,
                first.score.line(),
                first.level.word()
            );
            assert!(
                line.contains(part.as_str()),
                "{place}: {part} is not in {line}"
            );
        }
    }
    text
}

#[test]
fn every_incident_ends_in_the_list_it_should() {
    let files = files();
    let mut wrong = Vec::new();
    for file in &files {
        let text = play(&Script::read(file), &mut wrong);
        let name = file.file_stem().expect("a name").to_string_lossy();
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name.into_owned(), text);
        });
    }
    println!("{} incidents", files.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(files.len() >= 34, "{} files", files.len());
}

#[test]
fn every_rule_is_raised_by_an_incident() {
    let mut raised = BTreeSet::new();
    for file in files() {
        let script = Script::read(&file);
        let course = script.course();
        let last = script.step.last().expect("a step").at;
        let mut stage = Stage::default();
        let mut world = empty();
        for second in 0..=last {
            world = stage.play(world, &course, second);
            let open = world.signals.values().filter(|signal| signal.is_open());
            raised.extend(open.map(|signal| signal.id.rule.to_string()));
        }
    }
    let rules = incidents::rules();
    let never: Vec<&str> = rules
        .iter()
        .map(|rule| rule.id.as_str())
        .filter(|id| !raised.contains(*id))
        .collect();
    assert!(never.is_empty(), "no incident raises {never:?}");
}

#[test]
fn what_a_dead_node_takes_along_is_told_as_one_line() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("files");
    let script = Script::read(&folder.join("node-dead.toml"));
    let told = |until: i64| {
        let world = Stage::default().play(empty(), &script.course(), until);
        let happened = world.happenings.iter();
        let raised = happened.filter(|one| matches!(one.what, What::Raised | What::Reopened));
        assert_eq!(raised.count(), 6, "the node, and five that it explains");
        let away = while_away(&world.happenings, at(0), at(until));
        let lines = away.stories.iter();
        lines
            .map(|story| format!("{}: {}", story.item, story.words))
            .collect::<Vec<_>>()
    };
    let [open] = told(300).try_into().expect("one line");
    assert!(
        open.starts_with("node.down node/web-1: with 5 consequences, open for 3m"),
        "{open}"
    );
    let [over] = told(500).try_into().expect("one line");
    assert!(
        over.starts_with("node.down node/web-1: with 5 consequences, right again after"),
        "{over}"
    );
}
