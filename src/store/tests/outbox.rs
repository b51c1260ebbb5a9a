//! The outbox: nothing is put in twice, one process sends, what was begun and never ended is begun again.

use vocab::{ChannelName, RunId, Span, Text};
use world::alerts::{DeliveryState, test_message};
use world::{Delivery, ExecutorKind};

use super::support::{FOLDER, NOW, again, entry, open, restart, scratch};
use crate::Store;

fn message(number: i64) -> Delivery {
    let channel = ChannelName::new("phone").unwrap();
    let mut message = test_message(
        &channel,
        RunId::default(),
        &"aurora".into(),
        &"operator".into(),
        NOW,
    );
    message.id = Text::line(format!("phone opened disk.full node/edge-1 {number}"));
    message
}

async fn executor(store: &Store) {
    let held = store.attend(Some(ExecutorKind::Console), NOW).await;
    assert!(held.unwrap().unwrap().here);
}

#[tokio::test]
async fn nothing_is_put_in_twice_and_only_the_executor_sends() {
    let folder = scratch();
    let (one, other) = (open(folder.path()).await, open(folder.path()).await);
    executor(&one).await;
    let queued = one
        .queue_alerts(vec![message(1), message(2)], Vec::new(), NOW)
        .await;
    assert_eq!(queued.unwrap().len(), 2);
    let again = one
        .queue_alerts(vec![message(1)], Vec::new(), NOW)
        .await
        .unwrap();
    assert_eq!(again, []);
    let foreign = other
        .queue_alerts(vec![message(3)], Vec::new(), NOW)
        .await
        .unwrap();
    assert_eq!(foreign, [], "another process is the executor");
    let id = message(1).id;
    assert_eq!(other.begin_alert(&id, NOW).await.unwrap(), None);

    let seen = other.alerts(0).await.unwrap();
    assert_eq!(seen.deliveries.len(), 2);
    let begun = one.begin_alert(&id, NOW).await.unwrap().unwrap();
    assert_eq!((begun.attempts, begun.state), (1, DeliveryState::Failed));
    let failed = begun.failed("no answer".into(), true, None, NOW);
    one.put_alert(&failed, None).await.unwrap();
    assert_eq!(one.begin_alert(&id, NOW).await.unwrap(), None, "it waits");
    let later = NOW + Span::seconds(5);
    let begun = one.begin_alert(&id, later).await.unwrap().unwrap();
    assert_eq!(begun.attempts, 2);
    let sent = begun.sent("200".into(), later);
    one.put_alert(&sent, None).await.unwrap();
    assert_eq!(
        one.begin_alert(&id, later).await.unwrap(),
        None,
        "it is over"
    );
    let news = other.alerts(seen.change).await.unwrap();
    assert_eq!(news.deliveries, [sent]);
    assert_eq!(other.alerts(news.change).await.unwrap().deliveries, []);

    let mut needless = message(2);
    needless.state = DeliveryState::Needless { at: NOW };
    let written = one
        .queue_alerts(Vec::new(), vec![needless.clone()], NOW)
        .await;
    assert_eq!(written.unwrap(), [needless]);
    let mut sent = message(1);
    sent.state = DeliveryState::Needless { at: NOW };
    let written = one.queue_alerts(Vec::new(), vec![sent], NOW).await.unwrap();
    assert_eq!(written, [], "what was sent stays so");

    let asked = entry(&restart(1, 1), "alert tested");
    let line = one
        .put_alert(&message(9), Some(asked))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&*line.verb, "alert tested");
    let late = NOW + Span::days(91);
    executor_at(&one, late).await;
    one.queue_alerts(Vec::new(), Vec::new(), late)
        .await
        .unwrap();
    let left = one.alerts(0).await.unwrap().deliveries;
    assert_eq!(left.len(), 1, "old ones that are over are let go: {left:?}");
}

async fn executor_at(store: &Store, now: vocab::Time) {
    store
        .attend(Some(ExecutorKind::Console), now)
        .await
        .unwrap();
}

/// A process that puts a message in, begins to send it, and is killed there.
#[tokio::test]
async fn what_was_begun_by_a_process_that_died_is_begun_again() {
    const TEST: &str = "tests::outbox::what_was_begun_by_a_process_that_died_is_begun_again";
    if let Some(folder) = std::env::var_os(FOLDER) {
        let store = open(folder.as_ref()).await;
        executor(&store).await;
        store
            .queue_alerts(vec![message(1)], Vec::new(), NOW)
            .await
            .unwrap();
        store
            .begin_alert(&message(1).id, NOW)
            .await
            .unwrap()
            .unwrap();
        std::process::abort();
    }
    let folder = scratch();
    let status = again(TEST, folder.path()).status().unwrap();
    assert!(!status.success());
    let store = open(folder.path()).await;
    executor(&store).await;
    let left = store.alerts(0).await.unwrap().deliveries;
    assert_eq!(
        (left[0].state, left[0].attempts),
        (DeliveryState::Failed, 1)
    );
    let begun = store
        .begin_alert(&message(1).id, NOW)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((begun.attempts, begun.key()), (2, message(1).key()));
}
