//! Turns at a payment provider that really answers: the sandbox, whose clock is put forward by months.

use std::collections::BTreeSet;
use std::sync::Mutex;

use drivers::provider::{Access, Hetzner, Stripe};
use proptest::prelude::*;
use sandbox::Running;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vocab::{Domain, Money, Secret, Span, Text, Time};
use world::money::{Billing, BillingChange, InvoiceStatus, MovementKind, SubscriptionStatus};
use world::{Quota, ServerPrices, Tally};

use super::mark::Mark;
use super::*;
use crate::keeper::{LogCounts, SiteCounts};

/// A memory for one test.
#[derive(Default)]
struct Memory {
    billing: Mutex<(Billing, Option<String>)>,
    servers: Mutex<Option<ServerPrices>>,
}

#[async_trait::async_trait]
impl Keeper for Memory {
    async fn billing(&self) -> Result<(Billing, Option<String>), Text> {
        Ok(self.billing.lock().unwrap().clone())
    }

    async fn keep_billing(&self, change: &BillingChange, mark: &str) -> Result<(), Text> {
        let mut kept = self.billing.lock().unwrap();
        kept.0.apply(change);
        kept.1 = Some(mark.to_owned());
        Ok(())
    }

    async fn servers(&self) -> Result<Option<ServerPrices>, Text> {
        Ok(self.servers.lock().unwrap().clone())
    }

    async fn keep_servers(&self, prices: &ServerPrices) -> Result<(), Text> {
        *self.servers.lock().unwrap() = Some(prices.clone());
        Ok(())
    }

    async fn keep_quota(&self, _: Quota) -> Result<(), Text> {
        Ok(())
    }

    async fn count_visits(
        &self,
        _: Vec<(Domain, Time, Tally)>,
        _: Time,
    ) -> Result<Vec<SiteCounts>, Text> {
        Ok(Vec::new())
    }

    async fn log_mark(&self, _: &Domain) -> Result<Option<String>, Text> {
        Ok(None)
    }

    async fn count_log(
        &self,
        _: &Domain,
        _: (Option<String>, String),
        _: LogCounts,
        _: Time,
    ) -> Result<Option<SiteCounts>, Text> {
        Ok(None)
    }
}

/// A sandbox, and what is done in it by others than the source.
struct Bench {
    running: Running,
    account: Account,
    memory: Memory,
    /// How far its clock was put forward.
    ahead: Span,
}

impl Bench {
    async fn start() -> Self {
        let options = sandbox::Options {
            hosts: false,
            ..sandbox::Options::default()
        };
        let running = sandbox::start(options).await.unwrap();
        let reach = |access: &sandbox::Access, rest: &str| {
            Access::new(
                format!("{}{rest}", access.url),
                Secret::new(access.token.clone()),
            )
        };
        let addresses = running.addresses();
        let account = Account {
            stripe: Stripe::new(reach(&addresses.stripe, "/v1")).unwrap(),
            hetzner: Hetzner::new(reach(&addresses.hetzner, "")).unwrap(),
            installation: ("installation", "ours".to_owned()),
            site: "site",
            affiliate: "affiliate",
            selector: "installation=ours".to_owned(),
        };
        Self {
            running,
            account,
            memory: Memory::default(),
            ahead: Span::ZERO,
        }
    }

    /// A request to a path of the sandbox.
    async fn send(&self, method: &str, path: &str, token: &str, body: &str, json: bool) -> Value {
        let address = self.running.addresses().admin.clone();
        let host = address
            .trim_start_matches("http://")
            .trim_end_matches("/admin");
        let kind = if json {
            "json"
        } else {
            "x-www-form-urlencoded"
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/{kind}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(host).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 20"), "{path} {body}: {answer}");
        serde_json::from_str(body).unwrap_or_default()
    }

    async fn stripe(&self, path: &str, form: &str) -> Value {
        let token = self.running.addresses().stripe.token.clone();
        let path = format!("/stripe/v1/{path}");
        self.send("POST", &path, &token, form, false).await
    }

    /// A customer with a card, who pays each month; who it is.
    async fn customer(&self, name: &str, notes: &str) -> String {
        let customer = self.stripe("customers", &format!("name={name}")).await;
        let id = customer["id"].as_str().unwrap().to_owned();
        self.card(&id, "pm_card_visa").await;
        let product = self.stripe("products", "name=hosting").await;
        let price = format!(
            "product={}&unit_amount=1500&currency=usd&recurring[interval]=month",
            product["id"].as_str().unwrap()
        );
        let price = self.stripe("prices", &price).await;
        let form = format!(
            "customer={id}&items[0][price]={}&payment_behavior=allow_incomplete{notes}",
            price["id"].as_str().unwrap()
        );
        self.stripe("subscriptions", &form).await;
        id
    }

    async fn card(&self, customer: &str, method: &str) {
        let path = format!("payment_methods/{method}/attach");
        let card = self.stripe(&path, &format!("customer={customer}")).await;
        let form = format!(
            "invoice_settings[default_payment_method]={}",
            card["id"].as_str().unwrap()
        );
        self.stripe(&format!("customers/{customer}"), &form).await;
    }

    async fn pass(&mut self, span: Span) {
        self.ahead = Span(self.ahead.0 + span.0);
        let body = format!("{{\"advance_seconds\":{}}}", span.as_seconds());
        self.send("POST", "/admin/clock", "", &body, true).await;
    }

    /// How many requests the payment provider was sent so far.
    async fn calls(&self) -> usize {
        let calls = self.send("GET", "/admin/calls", "", "", true).await;
        let calls = calls["calls"].as_array().unwrap();
        let of_ours = |call: &&Value| call["provider"] == "stripe" && call["method"] == "GET";
        calls.iter().filter(of_ours).count()
    }

    fn now(&self) -> Time {
        drivers::clock::now() + self.ahead
    }

    async fn turn(&self) -> BillingChange {
        let change = ask::turn(&self.account, &self.memory, self.now()).await;
        change.unwrap().unwrap()
    }

    fn known(&self) -> Billing {
        self.memory.billing.lock().unwrap().0.clone()
    }

    /// Looks once more, and finds by events what one who knows nothing finds by reading everything.
    async fn look(&self) -> Billing {
        self.turn().await;
        let fresh = Memory::default();
        let whole = ask::turn(&self.account, &fresh, self.now()).await;
        let mut all = Billing::default();
        all.apply(&whole.unwrap().unwrap());
        let known = self.known();
        assert_eq!(known.subscriptions, all.subscriptions);
        assert_eq!(known.invoices, all.invoices);
        assert_eq!(known.movements, all.movements);
        known
    }
}

const NOTES: &str =
    "&metadata[installation]=ours&metadata[site]=acme.example&metadata[affiliate]=harbor";

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one course of months")]
async fn months_of_payments_are_followed_by_events() {
    let mut bench = Bench::start().await;
    let ours = bench.customer("harbor", NOTES).await;
    bench
        .customer("stranger", "&metadata[installation]=theirs")
        .await;
    let first = bench.turn().await;
    assert_eq!(
        (first.subscriptions.len(), first.invoices.len()),
        (1, 1),
        "{first:?}"
    );
    let subscription = &first.subscriptions[0];
    assert_eq!(subscription.monthly.to_string(), "$15.00");
    assert_eq!(
        subscription.site.as_ref().map(Domain::as_str),
        Some("acme.example")
    );
    let [charge] = first.movements.as_slice() else {
        panic!("{first:?}");
    };
    assert_eq!(
        (charge.kind, charge.fee.to_string()),
        (MovementKind::Charge, "$0.74".into())
    );

    // When nothing happened one request says so, and within the minute not even that.
    let before = bench.calls().await;
    assert_eq!(
        bench.turn().await.movements,
        first.movements,
        "what was kept is told"
    );
    assert_eq!(bench.calls().await, before);
    bench.pass(Span::minutes(2)).await;
    let quiet = bench.turn().await;
    assert_eq!((quiet.subscriptions.len(), quiet.movements.len()), (0, 0));
    assert_eq!(bench.calls().await, before + 1);

    // A month later the next invoice is paid, and a part of the first one given back.
    bench.pass(Span::days(32)).await;
    let refund = format!("charge={}&amount=500", charge.charge);
    bench.stripe("refunds", &refund).await;
    let known = bench.look().await;
    let refunds: Vec<Money> = known
        .movements
        .values()
        .filter(|movement| {
            movement.kind == MovementKind::Refund && movement.customer == ours.as_str()
        })
        .map(|movement| movement.gross)
        .collect();
    assert_eq!(
        refunds.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["$5.00"]
    );
    assert_eq!(known.movements.len(), 3);

    // The card is declined from now on.
    bench.card(&ours, "pm_card_chargeCustomerFail").await;
    bench.pass(Span::days(31)).await;
    let known = bench.look().await;
    let status = |known: &Billing| known.subscriptions.values().next().unwrap().status;
    assert_eq!(status(&known), SubscriptionStatus::PastDue);
    let now = bench.now();
    let late = known.history(None);
    let (late, owner) = late.first().unwrap();
    assert!(
        late.is_late(now) && late.status == InvoiceStatus::Open,
        "{late:?}"
    );
    assert_eq!(
        (late.word(now), owner.affiliate.as_ref().unwrap().as_str()),
        ("failed", "harbor")
    );

    // A good card, and it is paid at the next try.
    bench.card(&ours, "pm_card_visa").await;
    bench.stripe(&format!("invoices/{}/pay", late.id), "").await;
    bench.pass(Span::minutes(2)).await;
    let known = bench.look().await;
    assert_eq!(status(&known), SubscriptionStatus::Active);
    assert!(
        known
            .invoices
            .values()
            .all(|invoice| invoice.customer == ours.as_str())
    );
    assert!(known.fee_of(&known.invoices[&late.id]).is_some());
    bench.running.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_leaves_what_was_known() {
    let bench = Bench::start().await;
    bench.customer("harbor", NOTES).await;
    bench.turn().await;
    let known = bench.known();
    bench.running.stop().await;
    let later = drivers::clock::now() + Span::hours(1);
    let pace = drivers::provider::Pace {
        attempts: 1,
        deadline: Duration::from_secs(2),
        answer: Duration::from_secs(1),
        ..drivers::provider::Pace::default()
    };
    let access = Access {
        url: "http://127.0.0.1:9/v1".to_owned(),
        token: Secret::new("sk_test_nobody".to_owned()),
        pace,
    };
    let account = Account {
        stripe: Stripe::new(access).unwrap(),
        ..bench.account
    };
    let failed = ask::turn(&account, &bench.memory, later).await.unwrap_err();
    assert!(
        failed.words().contains("Stripe cannot be reached"),
        "{failed:?}"
    );
    assert_eq!(bench.memory.billing.lock().unwrap().0, known);
}

#[test]
fn a_server_costs_its_type_and_its_address() {
    let server = |place: &str| {
        let text = format!(
            r#"{{"id":42,"name":"web-1","server_type":{{"id":1,"name":"cx23"}},"location":{{"id":1,"name":"{place}"}},
            "public_net":{{"ipv4":{{"id":7,"ip":"192.0.2.1"}}}}}}"#
        );
        serde_json::from_str(&text).unwrap()
    };
    let price = |net: &str| {
        format!(
            r#"{{"location":"nbg1","price_hourly":{{"net":"0.0050","gross":"0.0060"}},"price_monthly":{{"net":"{net}","gross":"9"}}}}"#
        )
    };
    let pricing = format!(
        r#"{{"currency":"EUR","vat_rate":"19.00","server_types":[{{"name":"cx23","prices":[{}]}}],
        "primary_ips":[{{"type":"ipv6","prices":[]}},{{"type":"ipv4","prices":[{}]}}]}}"#,
        price("3.4900"),
        price("0.5000")
    );
    let pricing = serde_json::from_str(&pricing).unwrap();
    let found = servers::price(&server("nbg1"), &pricing).unwrap();
    assert_eq!(
        (found.monthly.to_string(), found.kind.as_str()),
        ("€3.99".into(), "cx23")
    );
    assert_eq!(
        servers::price(&server("sin"), &pricing),
        None,
        "no price is no price of zero"
    );
}

proptest! {
    /// However events come, twice or in any order, over however many looks: each is new once.
    #[test]
    fn an_event_is_new_once(looks in proptest::collection::vec(proptest::collection::vec(0_u8..40, 0..30), 1..6)) {
        let mut mark = Mark::default();
        let (mut taken, mut given) = (BTreeSet::new(), BTreeSet::new());
        let names: Vec<String> = (0..40).map(|number| format!("evt_{number}")).collect();
        for look in looks {
            let events = look.iter().map(|number| (names[usize::from(*number)].as_str(), Time(i64::from(*number))));
            given.extend(look.iter().map(|number| names[usize::from(*number)].clone()));
            for id in mark.take(events) {
                prop_assert!(taken.insert(id.to_owned()), "{id} twice");
            }
            mark = Mark::read(Some(&mark.text()));
        }
        prop_assert_eq!(taken, given);
    }
}
