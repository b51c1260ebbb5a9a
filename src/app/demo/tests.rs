//! The scenarios over the real engine: what fills the list, which fixes close what, and a quiet day.

use std::sync::Arc;
use std::time::Duration;

use clap::Parser as _;
use link::Watch;
use world::priorities::Origin;
use world::query::{items, surface};
use world::signals::Phase;
use world::{About, Confirmation, Consent, Face, Intent, Item, RunState, SiteRequest, WayOut};

use super::*;

/// A demo that plays, and what is seen of it.
struct Play {
    running: Running,
    watch: Box<dyn Watch>,
}

impl Play {
    async fn new(scenario: &str) -> Self {
        let words = ["wheelhouse", "demo", "--scenario", scenario];
        let arguments = Arguments::parse_from(words);
        let Some(cli::Subcommand::Demo(options)) = &arguments.command else {
            panic!("{words:?}");
        };
        let running = start(&arguments, options).await.unwrap();
        let watch = running.watch().await.unwrap();
        Self { running, watch }
    }

    fn surface(&self) -> Vec<Arc<Item>> {
        surface(self.watch.world(), self.watch.now())
    }

    fn titles(&self) -> Vec<String> {
        let line = |item: &Arc<Item>| {
            format!(
                "{} {:>7} {} | {}",
                item.quadrant.word(),
                item.score.total.normalize(),
                item.title,
                item.detail
            )
        };
        self.surface().iter().map(line).collect()
    }

    /// Waits until something is so.
    async fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !holds(self) {
                self.watch.changed().await.unwrap();
            }
        };
        let waited = tokio::time::timeout(Duration::from_mins(3), waiting).await;
        assert!(waited.is_ok(), "{what}: {:#?}", self.titles());
    }

    fn item(&self, title: &str) -> Option<Arc<Item>> {
        let all = items(self.watch.world(), self.watch.now());
        all.iter().find(|item| item.title.contains(title)).cloned()
    }

    /// Whether an item's trouble is not seen any more: it closes when that stays so.
    fn is_over(&self, item: &Item) -> bool {
        let Origin::Signal { id, .. } = &item.origin else {
            return false;
        };
        let signal = self.watch.world().signals.get(id);
        signal.is_none_or(|signal| matches!(signal.phase, Phase::Clearing { .. }))
    }

    /// Runs the fix of an item as an operator does, and waits until its trouble is not seen any more.
    async fn mend(&mut self, title: &str) {
        self.until(title, |play| play.item(title).is_some()).await;
        let item = self.item(title).expect("it was there");
        let fix = item
            .fix
            .clone()
            .unwrap_or_else(|| panic!("{title} has a fix"));
        let command = self.running.command(Face::Console).unwrap();
        let plan = command.plan(fix).await.unwrap();
        let consent = match &plan.confirmation {
            Confirmation::Grace(_) => Consent::Grace,
            Confirmation::Letter(letter) => Consent::Letter(*letter),
            Confirmation::TypedName(name) => Consent::Typed(name.clone()),
        };
        command.submit(plan.id, consent).await.unwrap();
        self.until(title, |play| {
            let run = play.watch.world().runs.get(&plan.id);
            run.is_some_and(|run| run.state.is_over())
        })
        .await;
        let run = &self.watch.world().runs[&plan.id];
        assert_eq!(run.state.word(), "verified", "{title}: {:#?}", run.steps);
        self.until(title, |play| play.is_over(&item)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_day_fills_the_ten_and_its_fixes_mend() {
    let mut play = Play::new("bad-day").await;
    play.until("ten items, the node first", |play| {
        let surface = play.surface();
        let first = surface.first();
        surface.len() == 10
            && first.is_some_and(|item| item.title.contains("compute-2 cannot be reached"))
    })
    .await;
    let titles = play.titles();
    assert!(titles[0].contains("40 containers, 4 sites"), "{titles:#?}");
    assert!(
        titles.iter().all(|title| !title.contains("edge-2")),
        "what is in maintenance is no news: {titles:#?}"
    );
    // What came up is told with the money that it puts in danger.
    let item = play
        .item("acme.example answers wrongly")
        .expect("it is there");
    let told = play.watch.world().happenings.iter();
    let told: Vec<_> = told.filter(|one| one.item == item.id).collect();
    assert!(item.at_risk.is_some(), "{item:?}");
    assert_eq!(
        told.first().and_then(|one| one.at_risk),
        item.at_risk,
        "{told:?}"
    );
    for title in [
        "flowise is unhealthy",
        "kappa-2.example answers wrongly",
        "certbot.service failed",
        "certificate ends in",
        "vps-ash-02: disk /",
    ] {
        play.mend(title).await;
    }
    // What the policy allows is mended without a key.
    play.until("the autopilot has mended something", |play| {
        let attempts = play.watch.world().autopilot.attempts.values();
        let recent =
            attempts.filter(|one| play.watch.now().since(one.begun) < vocab::Span::hours(1));
        recent.into_iter().any(|one| {
            one.is_automatic() && one.outcome() == Some(world::autopilot::Outcome::Closed)
        })
    })
    .await;
    play.running.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_quiet_day_there_is_one_note() {
    let mut play = Play::new("quiet").await;
    play.until("one item", |play| {
        let world = play.watch.world();
        let seen = world.nodes.values().all(|node| node.link.is_up());
        seen && world.containers.len() == 73 && play.surface().len() == 1
    })
    .await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    play.until("something new", |_| true).await;
    let titles = play.titles();
    assert_eq!(titles.len(), 1, "{titles:#?}");
    assert!(
        titles[0].contains("order the new edge server"),
        "{titles:#?}"
    );
    play.running.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_bad_day_does_not_play_says_why() {
    let mut play = Play::new("bad-day").await;
    let shown = [
        "payment of cedar",
        "the last backup is",
        "needs an operator",
    ];
    play.until("its items", |play| {
        shown.iter().all(|title| play.item(title).is_some())
    })
    .await;
    let command = play.running.command(Face::Console).unwrap();
    let all = items(play.watch.world(), play.watch.now());
    for fix in all.iter().filter_map(|item| item.fix.clone()) {
        let is_played = !matches!(
            &fix,
            Intent::SiteRequest(request)
                if !matches!(**request, SiteRequest::Restart { .. } | SiteRequest::Renew { .. })
        );
        match command.plan(fix).await {
            Ok(made) => assert!(is_played, "{} would never end", made.title),
            Err(refusal) => {
                assert!(!is_played, "{}", refusal.text);
                assert!(
                    refusal.text.contains("wheelhouse sandbox"),
                    "{}",
                    refusal.text
                );
            }
        }
    }
    // The deletion that is stuck has ways out, and each would go on at a provider.
    let stuck = play.item("needs an operator").unwrap();
    let About::Run(run) = stuck.about.clone() else {
        panic!("{stuck:?}");
    };
    for way in [
        WayOut::Retry,
        WayOut::Removed,
        WayOut::Keep("for now".into()),
    ] {
        let refused = command.resolve(run, way).await.unwrap_err();
        assert!(
            refused.text.contains("plays no providers"),
            "{}",
            refused.text
        );
    }
    assert_eq!(play.watch.world().runs[&run].state, RunState::NeedsOperator);
    play.running.engine.shutdown().await;
}
