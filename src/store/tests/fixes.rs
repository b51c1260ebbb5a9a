//! The autopilot's record and switch: both or none with their audit lines, seen by other processes, old ones let go.

use vocab::{ContainerId, ContainerKey, NodeName, Span, Text};
use world::autopilot::{Attempt, AttemptEnd, Outcome, Switch, Trust};
use world::{About, ItemId, SignalId};

use super::support::{NOW, entry, open, restart, scratch};

fn attempt(run: u128) -> Attempt {
    let run = restart(run, 1);
    Attempt {
        run: run.id(),
        item: ItemId("container.dead edge-1/app".into()),
        signal: SignalId {
            rule: "container.dead".into(),
            about: About::Container(ContainerKey {
                node: NodeName::new("edge-1").unwrap(),
                id: ContainerId::new("0123456789ab").unwrap(),
            }),
            part: Text::default(),
        },
        fix: "start-container".into(),
        title: "start app".into(),
        by: run.plan.by,
        begun: NOW,
        blast: None,
        end: None,
    }
}

#[tokio::test]
async fn another_process_sees_what_changed_since_its_last_look() {
    let folder = scratch();
    let (one, other) = (open(folder.path()).await, open(folder.path()).await);
    let (first, second) = (attempt(1), attempt(2));
    one.put_fix(&first, None).await.unwrap();
    let line = one
        .put_fix(&second, Some(entry(&restart(2, 1), "fix begun")))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&*line.verb, "fix begun");
    let seen = other.fixes(0).await.unwrap();
    assert_eq!(seen.attempts, [first.clone(), second]);
    assert_eq!(seen.switch, Switch::default());

    let mut ended = first;
    ended.end = Some(AttemptEnd {
        at: NOW,
        outcome: Outcome::Closed,
        words: "right again".into(),
    });
    one.put_fix(&ended, None).await.unwrap();
    let switch = Switch {
        stopped: Some((NOW, "anna".into())),
        forgiven: None,
        trusted: [(
            "drill".into(),
            Trust {
                at: NOW,
                by: "anna".into(),
            },
        )]
        .into(),
    };
    let stop = entry(&restart(3, 1), "autopilot stopped");
    one.put_autopilot_switch(&switch, stop).await.unwrap();
    let news = other.fixes(seen.change).await.unwrap();
    assert_eq!(news.attempts, std::slice::from_ref(&ended));
    assert_eq!(news.switch, switch);
    assert_eq!(
        other.poll_foreign().await.unwrap().audit.len(),
        2,
        "what wakes the other process"
    );

    let mut late = attempt(4);
    late.begun = NOW + Span::days(91);
    one.put_fix(&late, None).await.unwrap();
    let left = other.fixes(0).await.unwrap();
    assert_eq!(left.attempts, [late], "older than a record reaches");
    assert_eq!(other.fixes(left.change).await.unwrap().attempts, []);
    one.close().await;
    other.close().await;
    let again = open(folder.path()).await;
    assert_eq!(again.fixes(0).await.unwrap().switch, switch);
}
