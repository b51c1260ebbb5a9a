//! What providers said and what was counted: kept, added to, read back, forgotten.

use vocab::{AffiliateName, Currency, Domain, Money, NodeName, Provider, Span, Time};
use world::money::{
    BillingChange, Invoice, InvoiceStatus, Movement, MovementKind, Subscription, SubscriptionStatus,
};
use world::{Quota, ServerPrice, ServerPrices, Tally};

use super::support::{NOW, open, scratch};
use crate::LogCounts;

fn usd(cents: i64) -> Money {
    Money::from_smallest(cents, Currency::USD)
}

fn subscription(status: SubscriptionStatus) -> Subscription {
    Subscription {
        id: "sub_1".into(),
        customer: "cus_1".into(),
        site: Domain::new("acme.example").ok(),
        affiliate: AffiliateName::new("harbor").ok(),
        status,
        monthly: usd(1500),
        started: NOW - Span::days(40),
        ended: None,
    }
}

fn look(status: SubscriptionStatus, read: Time) -> BillingChange {
    BillingChange {
        subscriptions: vec![subscription(status)],
        invoices: vec![Invoice {
            id: "in_1".into(),
            number: Some("A-0001".into()),
            customer: "cus_1".into(),
            status: InvoiceStatus::Paid,
            due: usd(1500),
            paid: usd(1500),
            elsewhere: usd(0),
            created: NOW,
            paid_at: Some(NOW),
            due_at: None,
            attempts: 1,
            next_attempt: None,
        }],
        movements: vec![Movement {
            id: "txn_1".into(),
            kind: MovementKind::Charge,
            gross: usd(1500),
            fee: usd(74),
            charge: "ch_1".into(),
            customer: "cus_1".into(),
            at: NOW,
        }],
        since: Some(NOW - Span::days(300)),
        read,
    }
}

#[tokio::test]
async fn what_providers_said_outlives_the_program() {
    let folder = scratch();
    let store = open(folder.path()).await;
    assert_eq!(
        store.billing().await.unwrap(),
        crate::KeptBilling::default()
    );
    let first = look(SubscriptionStatus::Active, NOW);
    store.put_billing(&first, "one").await.unwrap();
    let mut later = look(SubscriptionStatus::PastDue, NOW + Span::minutes(1));
    later.since = None;
    store.put_billing(&later, "two").await.unwrap();
    let prices = ServerPrices {
        servers: [ServerPrice {
            id: "42".into(),
            name: NodeName::new("web-1").unwrap(),
            kind: "cx23".into(),
            location: "nbg1".into(),
            monthly: Money::from_smallest(868, Currency::EUR),
            created: None,
        }]
        .map(|price| (price.name.clone(), price))
        .into(),
        read: NOW,
    };
    store.put_server_prices(&prices).await.unwrap();
    let quota = Quota {
        provider: Provider::Hetzner,
        limit: 3600,
        left: 3599,
        full_at: NOW,
        said: true,
        closed_until: None,
        failing: false,
        at: NOW,
    };
    store.put_quota(Quota { left: 7, ..quota }).await.unwrap();
    store.put_quota(quota).await.unwrap();
    store.close().await;

    let store = open(folder.path()).await;
    let kept = store.billing().await.unwrap();
    assert_eq!(kept.mark.as_deref(), Some("two"));
    assert_eq!(kept.billing.read, Some(later.read));
    assert_eq!(
        kept.billing.since, first.since,
        "the first look reached back"
    );
    let known = &kept.billing.subscriptions["sub_1"];
    assert_eq!(known.status, SubscriptionStatus::PastDue);
    assert_eq!(
        (kept.billing.invoices.len(), kept.billing.movements.len()),
        (1, 1)
    );
    assert_eq!(store.server_prices().await.unwrap(), Some(prices));
    assert_eq!(store.quotas().await.unwrap(), [quota]);
    store.close().await;
}

fn site() -> Domain {
    Domain::new("acme.example").unwrap()
}

fn requests(count: u64) -> Tally {
    Tally {
        requests: count,
        ..Tally::default()
    }
}

fn counts(visitors: &[u64]) -> LogCounts {
    LogCounts {
        hours: vec![(NOW, requests(3)), (NOW - Span::hours(1), requests(2))],
        visitors: visitors.iter().map(|visitor| (NOW, *visitor)).collect(),
    }
}

#[tokio::test]
async fn a_piece_of_a_log_is_counted_once_whoever_reads_it() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let site = site();
    let first = store.count_log(&site, (None, "a".into()), counts(&[1, 2]), NOW);
    let first = first.await.unwrap().unwrap();
    let day = first.days.last().unwrap();
    assert_eq!((day.1.requests, day.1.visitors), (5, 2));
    assert_eq!(
        first
            .hours
            .iter()
            .map(|(_, tally)| tally.requests)
            .sum::<u64>(),
        5
    );
    // Another process that began from the same mark has read nothing new.
    let again = store.count_log(&site, (None, "b".into()), counts(&[3]), NOW);
    assert_eq!(again.await.unwrap(), None);
    assert_eq!(store.log_mark(&site).await.unwrap().as_deref(), Some("a"));
    // Who came before is no new visitor, also after a restart.
    store.close().await;
    let store = open(folder.path()).await;
    let next = store.count_log(&site, (Some("a".into()), "b".into()), counts(&[2, 9]), NOW);
    let next = next.await.unwrap().unwrap();
    assert_eq!(next.days.last().unwrap().1.visitors, 3);
    // On another day the same one is one again.
    let tomorrow = NOW + Span::days(1);
    let other = LogCounts {
        hours: Vec::new(),
        visitors: vec![(tomorrow, 1)],
    };
    let marks = (Some("b".into()), "c".into());
    let other = store.count_log(&site, marks, other, tomorrow).await;
    assert_eq!(other.unwrap().unwrap().days.last().unwrap().1.visitors, 1);
    store.close().await;
}

#[tokio::test]
async fn visits_add_up_and_go_with_their_site() {
    let folder = scratch();
    let store = open(folder.path()).await;
    let visit = |good, bad| Tally {
        good,
        bad,
        millis: good * 40,
        ..Tally::default()
    };
    let one = vec![(site(), NOW, visit(1, 0))];
    store.count_visits(one.clone(), NOW).await.unwrap();
    let counted = store
        .count_visits(vec![(site(), NOW, visit(2, 1))], NOW)
        .await
        .unwrap();
    assert_eq!(counted[0].hours[0].1, visit(3, 1));
    // What is older than is kept goes, and only that.
    let later = NOW + Span::days(36);
    let counted = store
        .count_visits(vec![(site(), later, visit(1, 0))], later)
        .await
        .unwrap();
    assert_eq!(counted[0].hours.len(), 1);
    assert_eq!(
        store.site_counts(later).await.unwrap(),
        [],
        "only of sites in the books"
    );
    store.remove_site(&site()).await.unwrap();
    let again = store.count_visits(one, NOW).await.unwrap();
    assert_eq!(again[0].hours[0].1, visit(1, 0));
    store.close().await;
}
