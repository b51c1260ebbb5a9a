//! What is played: every point once, then chance.

use std::process::ExitCode;

use faults::played::Never;
use futures::future::try_join_all;
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use vocab::{RollbackLevel, SiteKind, Text};
use world::SiteVerb;

use crate::bugs::Bug;
use crate::child;
use crate::death::Death;
use crate::parent::{Scene, Stage, expected};

/// More moments than any run has.
const MOST_MOMENTS: u64 = 400;

/// A generator of chance that a seed repeats: `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014).
pub struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// The tally.
#[derive(Debug, Default)]
struct Tally {
    played: u64,
    killed: u64,
    wrong: Vec<Text>,
}

impl Tally {
    fn sum(parts: Vec<Self>) -> Self {
        let mut all = Self::default();
        for part in parts {
            all.played += part.played;
            all.killed += part.killed;
            all.wrong.extend(part.wrong);
        }
        all
    }

    fn print(&self, what: &str) {
        println!(
            "{what}: {} runs, {} kills, {} wrong",
            self.played,
            self.killed,
            self.wrong.len()
        );
        for wrong in self.wrong.iter().take(20) {
            println!("  {wrong}");
        }
    }

    const fn code(&self) -> ExitCode {
        if self.wrong.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

fn scene(verb: SiteVerb, level: RollbackLevel, never: Option<Never>) -> Scene {
    Scene {
        verb,
        kind: SiteKind::Static,
        level,
        never,
        neighbour: false,
        about_neighbour: false,
        server_is_lost: false,
        attempts: 4,
        deaths: Vec::new(),
        faults: Value::Null,
    }
}

/// What never comes about.
const SILENT: Option<Never> = Some(Never::Answers);

/// As above.
const UNKNOWN: Option<Never> = Some(Never::Resolves);

/// As above.
const NOT_GIVEN: Option<Never> = Some(Never::Given);

const fn beside(scene: Scene) -> Scene {
    let mut scene = scene;
    scene.neighbour = true;
    scene
}

const fn in_containers(scene: Scene) -> Scene {
    let mut scene = scene;
    scene.kind = SiteKind::Node;
    scene
}

const fn with_database(scene: Scene) -> Scene {
    let mut scene = scene;
    scene.kind = SiteKind::WordPress;
    scene
}

const fn without_server(scene: Scene) -> Scene {
    let mut scene = scene;
    scene.server_is_lost = true;
    scene
}

/// Nothing larger is to be had when it is asked for.
fn sold_out(scene: Scene) -> Scene {
    let mut scene = scene;
    scene.faults = json!([{
        "provider": "hetzner", "method": "POST", "path": "*/change_type", "times": 0, "kind": "sold_out",
    }]);
    scene
}

/// The kinds of run that are killed at every moment: a deploy, a release and a delete, with every level, and a backup.
fn kinds() -> Vec<Scene> {
    use RollbackLevel::{Full, Partial, Soft};
    use SiteVerb as V;
    vec![
        in_containers(scene(V::Deploy, Full, None)),
        scene(V::Deploy, Full, SILENT),
        scene(V::Deploy, Partial, SILENT),
        scene(V::Deploy, Soft, SILENT),
        in_containers(scene(V::Release, Full, None)),
        in_containers(scene(V::Release, Full, SILENT)),
        in_containers(scene(V::Delete, Full, None)),
        beside(scene(V::Delete, Full, None)),
        scene(V::Backup, Full, None),
        scene(V::Backup, Full, NOT_GIVEN),
    ]
}

/// The rest of a site's life that is killed at every moment, too, when there is time for it.
fn later_kinds() -> Vec<Scene> {
    use RollbackLevel::Full;
    use SiteVerb as V;
    vec![
        in_containers(beside(scene(V::Deploy, Full, SILENT))),
        scene(V::Move, Full, None),
        scene(V::Move, Full, UNKNOWN),
        in_containers(scene(V::Suspend, Full, None)),
        scene(V::Rename, Full, UNKNOWN),
        with_database(scene(V::Backup, Full, NOT_GIVEN)),
        with_database(scene(V::Dump, Full, None)),
        scene(V::Restore, Full, None),
        with_database(scene(V::Restore, Full, None)),
        with_database(without_server(scene(V::Restore, Full, None))),
        without_server(scene(V::Restore, Full, SILENT)),
        with_database(scene(V::Move, Full, None)),
        with_database(scene(V::Move, Full, UNKNOWN)),
        with_database(scene(V::Rename, Full, SILENT)),
        with_database(scene(V::Failover, Full, None)),
        in_containers(scene(V::Failover, Full, UNKNOWN)),
        beside(scene(V::Grow, Full, None)),
        scene(V::Grow, Full, SILENT),
        sold_out(scene(V::Grow, Full, None)),
    ]
}

/// All kinds of run, for chance.
fn all_kinds() -> Vec<Scene> {
    use RollbackLevel::Full;
    use SiteVerb as V;
    let more = [
        beside(scene(V::Move, Full, None)),
        scene(V::Failover, Full, UNKNOWN),
        scene(V::Rehearse, Full, None),
        scene(V::Suspend, Full, SILENT),
        scene(V::Resume, Full, SILENT),
        scene(V::Renew, Full, None),
        scene(V::Rename, Full, None),
    ];
    let known = kinds().into_iter().chain(later_kinds());
    known.chain(more).collect()
}

/// What a scene needs before it: a site that is there, a neighbour.
async fn prepare(stage: &mut Stage, scene: &Scene) -> Result<(), Text> {
    stage.clean();
    let deploy = self::scene(SiteVerb::Deploy, RollbackLevel::Full, None);
    let neighbour = Scene {
        about_neighbour: true,
        ..deploy.clone()
    };
    if scene.verb == SiteVerb::Deploy {
        if scene.neighbour {
            bring_about(stage, &neighbour).await?;
        }
        return Ok(());
    }
    let site = Scene {
        kind: scene.kind,
        ..deploy
    };
    bring_about(stage, &site).await?;
    if scene.neighbour {
        bring_about(stage, &neighbour).await?;
    }
    if scene.needs_backup() {
        let backup = Scene {
            kind: scene.kind,
            ..self::scene(SiteVerb::Backup, RollbackLevel::Full, None)
        };
        bring_about(stage, &backup).await?;
    }
    if scene.server_is_lost {
        stage.lose_servers().await?;
    }
    if scene.verb == SiteVerb::Resume {
        let suspend = Scene {
            kind: scene.kind,
            ..self::scene(SiteVerb::Suspend, RollbackLevel::Full, None)
        };
        bring_about(stage, &suspend).await?;
    }
    Ok(())
}

/// How often what a scene needs is tried: on a busy machine an answer may come too late to plan by.
const BROUGHT_ABOUT: usize = 5;

/// Plays what a scene needs, until it is there.
async fn bring_about(stage: &mut Stage, scene: &Scene) -> Result<(), Text> {
    for _ in 0..BROUGHT_ABOUT {
        if stage.play(scene, None).await?.code == i32::from(child::COMPLETE) {
            return Ok(());
        }
    }
    Err(Text::line(format!("{scene:?} could not be brought about")))
}

/// Plays a scene and judges it; afterwards nothing of it is left.
async fn play(
    stage: &mut Stage,
    scene: &Scene,
    bug: Option<Bug>,
    tally: &mut Tally,
) -> Result<usize, Text> {
    prepare(stage, scene).await?;
    let played = stage.play(scene, bug).await?;
    tally.played += 1;
    tally.killed += played.killed as u64;
    let left = stage.left().await?;
    match expected(scene, played.code) {
        Some(expected) => {
            if left != expected {
                let wrong = format!("{scene:?}: left {left:?}, expected {expected:?}");
                tally.wrong.push(Text::line(wrong));
            }
        }
        None => tally.wrong.push(Text::line(format!(
            "{scene:?}: ended with {}, left {left:?}",
            played.code
        ))),
    }
    stage.reset().await?;
    Ok(played.killed)
}

/// Which kinds of run are killed at every moment.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// A deploy, a release, a delete and a backup.
    First,
    /// The rest of a site's life as well.
    All,
    /// Those of this verb.
    Of(&'a str),
}

/// One death at every moment of a run of each kind, and one in the middle of every call; the kinds side by side.
pub async fn points(which: Which<'_>) -> Result<ExitCode, Text> {
    let mut kinds = match which {
        Which::First => kinds(),
        Which::All => [kinds(), later_kinds()].concat(),
        Which::Of(_) => all_kinds(),
    };
    if let Which::Of(word) = which {
        kinds.retain(|scene| scene.verb.word() == word);
        if kinds.is_empty() {
            return Err(Text::line(format!("no run is a {word:?}")));
        }
    }
    let parts = futures::stream::iter(kinds.into_iter().map(points_of));
    let tallies = parts.buffer_unordered(STAGES).try_collect().await?;
    let tally = Tally::sum(tallies);
    tally.print("every point");
    Ok(tally.code())
}

async fn points_of(kind: Scene) -> Result<Tally, Text> {
    let mut tally = Tally::default();
    let mut stage = Stage::new().await?;
    for moment in 0..MOST_MOMENTS {
        let scene = Scene {
            deaths: vec![Death::At(moment)],
            ..kind.clone()
        };
        if play(&mut stage, &scene, None, &mut tally).await? == 0 {
            break;
        }
    }
    for call in 0..MOST_MOMENTS {
        let scene = Scene {
            deaths: vec![Death::During {
                call,
                micros: 3_000,
            }],
            faults: slow(),
            ..kind.clone()
        };
        if play(&mut stage, &scene, None, &mut tally).await? == 0 {
            break;
        }
    }
    stage.close().await;
    Ok(tally)
}

/// Every change is carried out at once and answered late, so that a death falls between the two.
fn slow() -> Value {
    let rule = |provider: &str, method: &str| json!({ "provider": provider, "method": method, "times": 0, "kind": "slow", "milliseconds": 15 });
    json!([
        rule("hetzner", "POST"),
        rule("hetzner", "DELETE"),
        rule("cloudflare", "POST"),
        rule("cloudflare", "PATCH"),
        rule("cloudflare", "DELETE"),
        rule("stripe", "POST"),
        rule("stripe", "DELETE"),
    ])
}

/// A fault by chance: one provider's changes go wrong for a while.
fn fault(chance: &mut Chance) -> Value {
    let provider = ["hetzner", "cloudflare", "stripe"][chance.below(3) as usize];
    let method = ["POST", "DELETE", "PATCH"][chance.below(3) as usize];
    let (after, times) = (chance.below(3), 1 + chance.below(2));
    let base = |kind: &str| json!({ "provider": provider, "method": method, "after": after, "times": times, "kind": kind });
    let mut rule = match chance.below(6) {
        0 | 1 => base("status"),
        2 => base("timeout"),
        3 => {
            // Carried out after the client has given up.
            let mut late = base("timeout");
            late["effect"] = json!("late");
            late["seconds"] = json!(0.15);
            return late;
        }
        4 => base("cut"),
        _ => base("slow"),
    };
    match rule["kind"].as_str() {
        Some("status") => {
            rule["status"] = json!([500, 502, 503, 504][chance.below(4) as usize]);
            rule["effect"] = json!(["before", "after"][chance.below(2) as usize]);
        }
        Some("timeout") => {
            rule["seconds"] = json!(0.15);
            rule["effect"] = json!(["before", "after"][chance.below(2) as usize]);
        }
        Some("slow") => rule["milliseconds"] = json!(30),
        _ => {}
    }
    rule
}

/// A payment provider that answers nobody in time, and a process that dies while it waits for it: where names help least.
fn late_money(chance: &mut Chance) -> Scene {
    let mut scene = scene(SiteVerb::Deploy, RollbackLevel::Full, None);
    scene.faults = json!([{
        "provider": "stripe", "method": "POST", "after": chance.below(2), "times": 1, "kind": "timeout",
        "effect": "late", "seconds": 0.15,
    }]);
    // Tried once: what comes late is found by waiting, or never.
    scene.attempts = 1;
    if chance.below(2) == 0 {
        scene.deaths.push(Death::During {
            call: 10 + chance.below(2),
            micros: 20_000 + chance.below(50_000),
        });
    }
    scene
}

/// A run that must go back, and a provider that does not do at once what it is asked to take back.
fn slow_undo(chance: &mut Chance) -> Scene {
    let mut scene = scene(SiteVerb::Deploy, RollbackLevel::Full, Some(Never::Answers));
    let provider = ["hetzner", "cloudflare"][chance.below(2) as usize];
    let times = 1 + chance.below(3);
    scene.faults = json!([{
        "provider": provider, "method": "DELETE", "times": times, "kind": "status", "status": 503, "effect": "before",
    }]);
    scene
}

/// Tries of a step that a busy machine may cost, because an answer comes later than it is waited for here.
const LATE: u32 = 2;

fn by_chance(chance: &mut Chance) -> Scene {
    match chance.below(8) {
        0 | 1 => return late_money(chance),
        2 => return slow_undo(chance),
        _ => {}
    }
    let kinds = all_kinds();
    let mut scene = kinds[chance.below(kinds.len() as u64) as usize].clone();
    for _ in 0..chance.below(6) {
        scene.deaths.push(if chance.below(2) == 0 {
            Death::At(chance.below(70))
        } else {
            Death::During {
                call: chance.below(16),
                micros: chance.below(30_000),
            }
        });
    }
    // Each death may cost the same step a try, and so may a busy machine that answers too late.
    scene.attempts += scene.deaths.len() as u32 + LATE;
    let mut faults = vec![];
    // One at most: it lasts for two tries, and one that outlasts the tries of a step ends the run as it should.
    if chance.below(3) > 0 {
        faults.push(fault(chance));
    }
    if chance.below(2) == 0 {
        faults.extend(slow().as_array().cloned().unwrap_or_default());
    }
    scene.faults = Value::Array(faults);
    scene
}

/// How many stages are played at side by side; a run mostly waits.
const STAGES: usize = 6;

/// Runs by chance, on several stages side by side.
pub async fn random(runs: u64, seed: u64) -> Result<ExitCode, Text> {
    let stages = STAGES as u64;
    let parts = (0..stages).map(|part| {
        let share = runs / stages + u64::from(part < runs % stages);
        part_of(share, seed.wrapping_mul(stages).wrapping_add(part))
    });
    let tally = Tally::sum(try_join_all(parts).await?);
    tally.print(&format!("by chance, seed {seed}"));
    Ok(tally.code())
}

async fn part_of(runs: u64, seed: u64) -> Result<Tally, Text> {
    let mut stage = Stage::new().await?;
    let mut tally = Tally::default();
    let mut chance = Chance(seed);
    for _ in 0..runs {
        let scene = by_chance(&mut chance);
        play(&mut stage, &scene, None, &mut tally).await?;
    }
    stage.close().await;
    Ok(tally)
}

/// The most runs in which a planted bug must be found.
const FOUND_WITHIN: u64 = 300;

/// Every planted bug must be found.
pub async fn bugs() -> Result<ExitCode, Text> {
    let found = try_join_all(Bug::ALL.map(hunt)).await?;
    let mut missed = 0;
    for (bug, run) in found {
        if let Some(run) = run {
            println!("{bug:?}: found in run {run}");
        } else {
            missed += 1;
            println!("{bug:?}: NOT found in {FOUND_WITHIN} runs");
        }
    }
    Ok(if missed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// In which run a bug is found, if it is.
async fn hunt(bug: Bug) -> Result<(Bug, Option<u64>), Text> {
    let mut stage = Stage::new().await?;
    let mut tally = Tally::default();
    let mut chance = Chance(7);
    while tally.wrong.is_empty() && tally.played < FOUND_WITHIN {
        let scene = by_chance(&mut chance);
        play(&mut stage, &scene, Some(bug), &mut tally).await?;
    }
    stage.close().await;
    Ok((bug, (!tally.wrong.is_empty()).then_some(tally.played)))
}
