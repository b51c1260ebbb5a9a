//! What needs attention, kept from process to process.

use vocab::{RunId, Span, Text};
use world::priorities::What;
use world::signals::{Figure, Kind, Phase};
use world::{About, Actor, Face, Happening, MarkRequest, Note, Signal, SignalId, Weights};

use super::support::{NOW, open, scratch};
use crate::{AuditEntry, Marking};

fn id(name: &str) -> SignalId {
    SignalId {
        rule: "node.down".into(),
        about: About::Elsewhere(name.into()),
        part: Text::default(),
    }
}

fn signal(name: &str) -> Signal {
    Signal {
        id: id(name),
        figure: Figure::NodeUnreachable,
        kind: Kind::Availability,
        only_here: false,
        told: true,
        phase: Phase::Open,
        since: NOW,
        opened: Some(NOW),
        seen: NOW,
        severity: vocab::Severity::Critical,
        value: 1.0,
        worst: 1.0,
        title: Text::line(name),
        words: Text::default(),
        blind: false,
        openings: std::iter::once(NOW).collect(),
    }
}

fn happening(name: &str, what: What) -> Happening {
    Happening {
        at: NOW,
        item: id(name).item(),
        title: Text::line(name),
        what,
        at_risk: None,
    }
}

fn entry(verb: &str) -> AuditEntry {
    AuditEntry {
        at: NOW,
        by: Actor {
            user: "operator".into(),
            face: Face::Shell,
        },
        run: None,
        verb: verb.into(),
        subject: "item".into(),
        detail: Text::default(),
    }
}

fn marking(name: &str, request: MarkRequest) -> Marking {
    Marking {
        item: happening(name, What::Raised),
        request,
        entry: entry("item"),
        choice: None,
    }
}

fn note(name: &str) -> Note {
    Note {
        id: name.into(),
        text: "call the bank".into(),
        by: "operator".into(),
        system: None,
        at: NOW,
        due: None,
        from: None,
        worth: None,
        vip: false,
    }
}

#[tokio::test]
async fn signals_outlive_the_process_until_they_are_gone() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let both = vec![signal("a"), signal("b")];
    store
        .keep_signals(both, Vec::new(), vec![happening("a", What::Raised)])
        .await
        .unwrap();
    store.close().await;
    let store = open(folder.path()).await;
    assert_eq!(store.signals().await.unwrap(), [signal("a"), signal("b")]);
    store
        .keep_signals(Vec::new(), vec![id("a")], Vec::new())
        .await
        .unwrap();
    assert_eq!(store.signals().await.unwrap(), [signal("b")]);
}

#[tokio::test]
async fn two_that_see_the_same_trouble_write_it_down_once() {
    let folder = scratch();
    let (one, other) = (open(folder.path()).await, open(folder.path()).await);
    let begun = What::FixBegun {
        by: "ada".into(),
        run: RunId::made_at(NOW),
    };
    for what in [What::Raised, What::Closed, What::Reopened, begun.clone()] {
        for store in [&one, &other] {
            let happened = vec![happening("a", what.clone())];
            store
                .keep_signals(Vec::new(), Vec::new(), happened)
                .await
                .unwrap();
        }
    }
    let never_raised = vec![happening("b", What::Closed)];
    one.keep_signals(Vec::new(), Vec::new(), never_raised)
        .await
        .unwrap();
    let found = one.happenings(None, 10).await.unwrap();
    let whats: Vec<What> = found.into_iter().map(|one| one.what).collect();
    let written = [What::Raised, What::Closed, What::Reopened, begun.clone()];
    assert_eq!(whats, written);
    let newest = one.happenings(Some(id("a").item()), 1).await.unwrap();
    assert_eq!(newest, [happening("a", begun)]);
}

#[tokio::test]
async fn what_is_too_old_is_forgotten() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let mut old = happening("old", What::Raised);
    old.at = NOW - Span::days(91);
    let happened = vec![old, happening("new", What::Raised)];
    store
        .keep_signals(Vec::new(), Vec::new(), happened)
        .await
        .unwrap();
    let found = store.happenings(None, 10).await.unwrap();
    assert_eq!(found, [happening("new", What::Raised)]);
}

#[tokio::test]
async fn marks_of_two_processes_lose_nothing_of_each_other() {
    let folder = scratch();
    let (one, other) = (open(folder.path()).await, open(folder.path()).await);
    let noted = marking("a", MarkRequest::Note("known".into()));
    one.mark(noted).await.unwrap().unwrap();
    let seen = other
        .mark(marking("a", MarkRequest::Acknowledge))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((seen.mark.notes.len(), seen.line.sequence), (1, 2));
    assert_eq!(seen.line.detail.as_str(), "acknowledged");
    let told = one.poll_foreign().await.unwrap();
    assert_eq!(told.marks, [(id("a").item(), seen.mark.clone())]);
    assert_eq!(told.happenings, [seen.happening]);
    let again = one.poll_foreign().await.unwrap();
    assert!(again.marks.is_empty() && again.happenings.is_empty());
    let refused = one
        .mark(marking(
            "a",
            MarkRequest::Snooze {
                span: Span::ZERO,
                reason: Text::default(),
            },
        ))
        .await
        .unwrap();
    assert!(refused.is_err());
    assert_eq!(one.marks().await.unwrap(), [(id("a").item(), seen.mark)]);
    assert_eq!(one.verify_audit().await.unwrap(), 2);
}

#[tokio::test]
async fn a_note_is_written_repeated_and_removed() {
    let folder = scratch();
    let (one, other) = (open(folder.path()).await, open(folder.path()).await);
    let (_, line) = one.put_note(note("n"), entry("note")).await.unwrap();
    assert!(line.is_some());
    let mut repeated = note("n");
    repeated.at = NOW + Span::hours(1);
    let (kept, line) = one.put_note(repeated, entry("note")).await.unwrap();
    assert_eq!((kept, line), (note("n"), None), "it says nothing new");
    let told = other.poll_foreign().await.unwrap();
    assert_eq!(told.notes.written, [note("n")]);
    let gone = other
        .remove_note("n".into(), entry("remove"))
        .await
        .unwrap();
    assert!(gone.is_some());
    assert_eq!(one.poll_foreign().await.unwrap().notes.gone, ["n"]);
    let gone = one.remove_note("n".into(), entry("remove")).await.unwrap();
    assert!(gone.is_none() && one.notes().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_item_is_put_away_once() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let raised = vec![happening("a", What::Raised)];
    store
        .keep_signals(Vec::new(), Vec::new(), raised)
        .await
        .unwrap();
    for _ in 0..2 {
        let away = vec![happening("a", What::Archived)];
        let marked = store.archive(away).await.unwrap();
        assert_eq!(marked[0].1.archived, Some(NOW));
    }
    assert_eq!(store.happenings(None, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn learnt_weights_are_accepted_and_given_up() {
    let folder = scratch();
    let (one, other) = (open(folder.path()).await, open(folder.path()).await);
    assert_eq!(one.learnt_weights().await.unwrap(), None);
    let learnt = Weights {
        vip: 40.into(),
        ..Weights::default()
    };
    one.weigh(Some(learnt.clone()), entry("weigh"))
        .await
        .unwrap();
    assert_eq!(one.learnt_weights().await.unwrap(), Some(learnt.clone()));
    let told = other.poll_foreign().await.unwrap().weights;
    assert_eq!(told, Some(Some(learnt)));
    other.weigh(None, entry("weigh")).await.unwrap();
    assert_eq!(one.poll_foreign().await.unwrap().weights, Some(None));
    assert_eq!(one.learnt_weights().await.unwrap(), None);
}

#[tokio::test]
async fn when_an_operator_was_last_here_outlives_the_process() {
    let folder = scratch();
    let store = open(folder.path()).await;
    assert_eq!(store.operator_seen().await.unwrap(), None);
    store.put_operator_seen(NOW).await.unwrap();
    store
        .put_operator_seen(NOW + Span::minutes(1))
        .await
        .unwrap();
    store.close().await;
    let store = open(folder.path()).await;
    let seen = store.operator_seen().await.unwrap();
    assert_eq!(seen, Some(NOW + Span::minutes(1)));
}
