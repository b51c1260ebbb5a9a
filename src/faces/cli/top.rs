//! `wheelhouse top`: the ten things that matter now, why each stands where it stands, how well they are dealt with, and
//! which weights would fit what is done first.

use std::sync::Arc;

use serde::Serialize;
use vocab::{Decimal, Money, Severity, Text, Time};
use world::priorities::{Quadrant, Visibility, fix, score};
use world::query::{items, surface};
use world::signals::Level;
use world::{Item, World};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::print::words::{count, rfc3339};
use crate::print::{Cell, Stream, Table, Tone, piece};
use crate::{settle, statistics, status, weights};

/// Options.
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct Options {
    /// All items: also those that are snoozed, delegated, put away or mend themselves
    #[arg(long)]
    all: bool,
    /// Only those of this quadrant: q1 (now), q2 (with a date), q3 (somebody else), q4 (nobody)
    #[arg(long, value_name = "Q", value_parser = quadrant)]
    quadrant: Option<Quadrant>,
    /// Say of each why it stands where it stands, term by term
    #[arg(long)]
    why: bool,
    /// Say how well items were dealt with in the last 30 days, beside the goals
    #[arg(long, conflicts_with_all = ["all", "quadrant", "why"])]
    stats: bool,
    /// Propose other weights, learnt from which items are seen to first
    #[arg(long, conflicts_with_all = ["all", "quadrant", "why", "stats"])]
    learn: bool,
    /// Score by the proposed weights from now on
    #[arg(long, requires = "learn")]
    accept: bool,
    /// Score by the weights of the fleet file again
    #[arg(long, conflicts_with_all = ["all", "quadrant", "why", "stats", "learn"])]
    forget: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn quadrant(text: &str) -> std::result::Result<Quadrant, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "q1" | "1" => Ok(Quadrant::Q1),
        "q2" | "2" => Ok(Quadrant::Q2),
        "q3" | "3" => Ok(Quadrant::Q3),
        "q4" | "4" => Ok(Quadrant::Q4),
        _ => Err("write q1, q2, q3 or q4"),
    }
}

/// Waits at most five seconds for the whole picture, and prints what matters of it.
pub(crate) async fn run(options: &Options, context: &mut Context) -> Result<Exit> {
    if options.stats {
        return statistics::run(options.json, context).await;
    }
    if options.learn {
        return weights::learn(options.accept, options.json, context).await;
    }
    if options.forget {
        return weights::forget(context).await;
    }
    let seen = settle::until(&mut *context.watch, settle::GLANCE, status::complete);
    let whole = context.interrupts.guard(seen).await?;
    let (world, now) = (context.watch.world(), context.watch.now());
    let mut found = if options.all || options.quadrant.is_some() {
        items(world, now).to_vec()
    } else {
        surface(world, now)
    };
    if let Some(quadrant) = options.quadrant {
        found.retain(|item| item.quadrant == quadrant);
        if !options.all {
            found.retain(|item| item.visibility == Visibility::Shown);
        }
    }
    if options.json {
        let rows: Vec<Row<'_>> = found.iter().map(|item| Row::of(item, now)).collect();
        context.console.out.json(&rows)?;
        return Ok(Exit::Fine);
    }
    let more = items(world, now).len() - found.len();
    let out = &mut context.console.out;
    if found.is_empty() {
        let (tone, said) = if whole {
            (Tone::Good, "nothing needs you")
        } else {
            // Not everything was seen: that is no good news.
            (
                Tone::Warn,
                "nothing is known to need you, but not everything could be seen",
            )
        };
        out.say(tone, said)?;
    } else {
        print(&found, now, options.why, out)?;
    }
    if more > 0 && !options.all && options.quadrant.is_none() {
        let said = format!("{} more: `wheelhouse top --all`", count(more, "item"));
        out.say(Tone::Dim, said)?;
    }
    Ok(Exit::Fine)
}

/// The tone of a severity.
pub(crate) const fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Critical => Tone::Bad,
        Severity::Warning => Tone::Warn,
        Severity::Notice => Tone::Plain,
    }
}

fn print(found: &[Arc<Item>], now: Time, why: bool, out: &mut Stream) -> Result<()> {
    let mut table = Table::new(&["", "Q", "PER HOUR", "FOR", "WHAT", "FIX", "BY", "ITEM"]);
    for (index, item) in found.iter().enumerate() {
        let tone = if item.visibility == Visibility::Shown {
            tone(item.severity)
        } else {
            Tone::Dim
        };
        table.row(vec![
            Cell::figure(Some(index + 1)).tone(Tone::Dim),
            Cell::of(item.quadrant.word()),
            Cell::figure(item.at_risk.map(per_hour)),
            Cell::figure(Some(now.since(item.since).age())),
            Cell::from(&item.title).tone(tone),
            Cell::of(fix_words(item)),
            Cell::of(by(item)),
            Cell::from(&item.id.0).tone(Tone::Dim),
        ]);
    }
    if !why {
        return table.print(out, 0);
    }
    for (index, item) in found.iter().enumerate() {
        out.line(&[
            piece(Tone::Dim, format!("{:>2} ", index + 1)),
            piece(Tone::Plain, format!("{} ", item.quadrant.word())),
            (tone(item.severity), item.title.clone()),
            piece(Tone::Dim, format!("  {}", item.id)),
        ])?;
        explain(item, out)?;
    }
    Ok(())
}

/// The score and every term of it.
pub(crate) fn explain(item: &Item, out: &mut Stream) -> Result<()> {
    let score = &item.score;
    out.line(&[
        piece(Tone::Plain, "   score "),
        piece(Tone::Strong, score.line()),
        piece(Tone::Dim, "  importance x urgency x certainty"),
    ])?;
    let groups = [
        ("importance", "sum of", &score.importance_terms),
        ("urgency", "greatest of", &score.urgency_terms),
        ("certainty", "least of", &score.certainty_terms),
    ];
    for (group, how, terms) in groups {
        out.say(Tone::Dim, format!("   {group}, the {how}"))?;
        for term in terms {
            out.line(&[
                piece(Tone::Plain, format!("   {:>8.2}  ", term.value)),
                piece(Tone::Plain, format!("{:14}", term.name)),
                piece(Tone::Dim, format!(" {}", term.words)),
            ])?;
        }
    }
    Ok(())
}

/// `0.06`: an hourly sum without its sign.
fn per_hour(money: Money) -> String {
    score::per_hour(money).trim_end_matches("/h").to_owned()
}

/// What would mend it, or where it is when it is not to be seen to now.
pub(crate) fn fix_words(item: &Item) -> String {
    match (&item.visibility, &item.fix) {
        (Visibility::Shown, Some(fix)) => fix::words(fix),
        (Visibility::Shown | Visibility::Quiet, _) => String::new(),
        (other, _) => other.word().to_owned(),
    }
}

/// Who sees to it.
pub(crate) fn by(item: &Item) -> String {
    match (&item.visibility, item.run, item.level) {
        (_, Some(run), _) => format!("run {}", run.short()),
        (Visibility::Delegated { to, .. }, ..) => to.to_string(),
        (_, _, Level::Human) => "you".to_owned(),
        (_, _, Level::Agent) => "asks".to_owned(),
        (_, _, Level::Own) => "itself".to_owned(),
    }
}

/// An item as JSON.
#[derive(Debug, Serialize)]
pub(crate) struct Row<'a> {
    id: &'a Text,
    quadrant: &'static str,
    severity: &'static str,
    title: &'a Text,
    detail: &'a Text,
    since: String,
    age_seconds: i64,
    /// Money in danger in an hour, to the last digit; null where none is.
    at_risk_per_hour: Option<Money>,
    certain: bool,
    score: Score<'a>,
    /// `human`, `agent`, `self`.
    level: &'static str,
    visibility: &'static str,
    until: Option<String>,
    fix: Option<String>,
    run: Option<String>,
    acknowledged: bool,
    consequences: usize,
}

#[derive(Debug, Serialize)]
struct Score<'a> {
    total: Decimal,
    importance: Decimal,
    urgency: Decimal,
    certainty: Decimal,
    importance_terms: Vec<TermRow<'a>>,
    urgency_terms: Vec<TermRow<'a>>,
    certainty_terms: Vec<TermRow<'a>>,
}

#[derive(Debug, Serialize)]
struct TermRow<'a> {
    name: &'a Text,
    value: Decimal,
    words: &'a Text,
}

impl<'a> Row<'a> {
    pub fn of(item: &'a Item, now: Time) -> Self {
        let terms = |terms: &'a [world::priorities::Term]| {
            let row = |term: &'a world::priorities::Term| TermRow {
                name: &term.name,
                value: term.value,
                words: &term.words,
            };
            terms.iter().map(row).collect()
        };
        let score = &item.score;
        let until = match &item.visibility {
            Visibility::Snoozed { until } | Visibility::Delegated { until, .. } => Some(*until),
            Visibility::Later { from } => Some(*from),
            _ => None,
        };
        Self {
            id: &item.id.0,
            quadrant: item.quadrant.word(),
            severity: item.severity.word(),
            title: &item.title,
            detail: &item.detail,
            since: rfc3339(item.since),
            age_seconds: now.since(item.since).as_seconds(),
            at_risk_per_hour: item.at_risk,
            certain: item.certain,
            score: Score {
                total: score.total,
                importance: score.importance,
                urgency: score.urgency,
                certainty: score.certainty,
                importance_terms: terms(&score.importance_terms),
                urgency_terms: terms(&score.urgency_terms),
                certainty_terms: terms(&score.certainty_terms),
            },
            level: match item.level {
                Level::Human => "human",
                Level::Agent => "agent",
                Level::Own => "self",
            },
            visibility: item.visibility.word(),
            until: until.map(rfc3339),
            fix: item.fix.as_ref().map(fix::words),
            run: item.run.map(|run| run.to_string()),
            acknowledged: item.mark.acknowledged.is_some(),
            consequences: match &item.origin {
                world::priorities::Origin::Signal { consequences, .. } => consequences.len(),
                world::priorities::Origin::Note(_) => 0,
            },
        }
    }
}

/// The item that is meant: by its id, the beginning of it, or a part of it that no other has.
pub(crate) fn find(world: &World, given: &str, now: Time) -> Result<Arc<Item>> {
    let all = items(world, now);
    let low = given.trim().to_lowercase();
    let by = |fits: &dyn Fn(&str) -> bool| -> Vec<Arc<Item>> {
        let fits = |item: &&Arc<Item>| fits(&item.id.0.to_lowercase());
        all.iter().filter(fits).cloned().collect()
    };
    let ways = [
        by(&|id: &str| id == low),
        by(&|id: &str| id.starts_with(&low)),
        by(&|id: &str| id.contains(&low)),
    ];
    let found = ways.into_iter().find(|found| !found.is_empty());
    match found.as_deref() {
        Some([one]) if !low.is_empty() => Ok(one.clone()),
        Some(several) if !low.is_empty() => {
            let ids: Vec<&str> = several.iter().map(|item| item.id.0.as_str()).collect();
            let shown = ids[..ids.len().min(5)].join(", ");
            let words = format!(
                "{given} means {} items; write more of one: {shown}",
                ids.len()
            );
            Err(Error::Usage(Text::line(words)))
        }
        _ => {
            let ids = all.iter().map(|item| item.id.0.as_str());
            let hint = kit::nearest::nearest(given, ids).map_or_else(
                || "`wheelhouse top --all` lists them".to_owned(),
                |near| format!("did you mean \"{near}\"?"),
            );
            let words = format!("there is no item {given}: {hint}");
            Err(Error::NotFound(Text::line(words)))
        }
    }
}

#[cfg(test)]
mod tests {
    use world::priorities::learning::CHOICES_NEEDED;

    use super::*;
    use crate::testing::{Scene, said, scene, troubled};

    #[tokio::test(start_paused = true)]
    async fn the_ten_things_and_why() {
        insta::assert_snapshot!("top", said(&["top"], troubled()).await.all());
        insta::assert_snapshot!("top_all", said(&["top", "--all"], troubled()).await.all());
        insta::assert_snapshot!("top_why", said(&["top", "--why"], troubled()).await.all());
        let json = said(&["top", "--json", "--quadrant", "q2"], troubled()).await;
        let rows = json.json();
        let quadrants = rows
            .as_array()
            .into_iter()
            .flatten()
            .map(|row| &row["quadrant"]);
        assert!(
            quadrants.into_iter().all(|quadrant| quadrant == "Q2"),
            "{rows}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_is_never_empty_without_a_word() {
        let mut well = scene();
        well.mend();
        let told = said(&["top"], well).await;
        assert_eq!(
            (told.exit, told.out.as_str()),
            (Exit::Fine, "nothing needs you\n")
        );
        let blind = said(&["top"], Scene::fresh()).await;
        assert!(
            blind.out.contains("not everything could be seen"),
            "{}",
            blind.out
        );
    }

    #[tokio::test(start_paused = true)]
    async fn how_well_items_are_dealt_with() {
        let told = said(&["top", "--stats"], troubled()).await;
        insta::assert_snapshot!("top_stats", told.all());
        let json = said(&["top", "--stats", "--json"], troubled()).await.json();
        assert_eq!(
            (&json["raised"], &json["median_seconds"]),
            (&1.into(), &600.into())
        );
    }

    #[tokio::test(start_paused = true)]
    async fn weights_are_learnt_only_when_they_are_accepted() {
        let few = said(&["top", "--learn"], troubled()).await;
        assert!(few.out.contains("a proposal needs 20"), "{}", few.out);
        let learning = || {
            let mut scene = troubled();
            let world = link::Watch::world(&scene.watch).clone();
            let shown = surface(&world, scene.now);
            let last = shown.last().map(|item| item.id.clone()).unwrap();
            let choice = world::priorities::Choice::of(&shown, &last, &world.weights, scene.now);
            scene.watch.choices = vec![choice.unwrap(); CHOICES_NEEDED];
            scene
        };
        let scene = learning();
        let command = scene.command.clone();
        let told = said(&["top", "--learn"], scene).await;
        assert!(told.out.contains("--learn --accept"), "{}", told.out);
        assert!(command.asked().is_empty(), "a proposal changes nothing");
        let scene = learning();
        let command = scene.command.clone();
        said(&["top", "--learn", "--accept"], scene).await;
        assert!(
            command.asked()[0].starts_with("weights: money "),
            "{:?}",
            command.asked()
        );
        let scene = learning();
        let command = scene.command.clone();
        said(&["top", "--forget"], scene).await;
        assert_eq!(command.asked(), ["weights: none"]);
    }
}
