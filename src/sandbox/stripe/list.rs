//! Lists: filters, and pages by id, the newest first. <https://docs.stripe.com/api/pagination>

use serde_json::{Value, json};

use super::Stripe;
use super::book::{Kind, whole};
use super::clock::is_simulated;
use super::params::Params;
use super::refusal::{Outcome, Refusal};

/// Parameters of all lists.
const COMMON: [&str; 4] = ["created", "ending_before", "limit", "starting_after"];

/// The filters of a kind, each with where its value stands in the object.
const fn filters(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::BalanceTransaction => &[
            ("currency", "/currency"),
            ("payout", "/payout"),
            ("source", "/source"),
            ("type", "/type"),
        ],
        Kind::Charge => &[
            ("customer", "/customer"),
            ("payment_intent", "/payment_intent"),
        ],
        Kind::Customer => &[("email", "/email"), ("test_clock", "/test_clock")],
        Kind::Event => &[("type", "/type")],
        Kind::Invoice => &[
            ("collection_method", "/collection_method"),
            ("customer", "/customer"),
            ("status", "/status"),
            ("subscription", "/parent/subscription_details/subscription"),
        ],
        Kind::InvoicePayment => &[("invoice", "/invoice"), ("status", "/status")],
        Kind::PaymentIntent => &[("customer", "/customer")],
        Kind::PaymentMethod => &[("customer", "/customer"), ("type", "/type")],
        Kind::Price => &[
            ("active", "/active"),
            ("currency", "/currency"),
            ("product", "/product"),
            ("type", "/type"),
        ],
        Kind::Product => &[("active", "/active")],
        Kind::Refund => &[("charge", "/charge"), ("payment_intent", "/payment_intent")],
        Kind::Subscription => &[
            ("collection_method", "/collection_method"),
            ("customer", "/customer"),
            ("price", "/items/data/0/price/id"),
            ("status", "/status"),
            ("test_clock", "/test_clock"),
        ],
        Kind::TestClock | Kind::WebhookEndpoint => &[],
    }
}

/// Parameters that take several values, with the field that must be one of them.
const fn choices(kind: Kind) -> Option<(&'static str, &'static str)> {
    match kind {
        Kind::Price => Some(("lookup_keys", "lookup_key")),
        Kind::Product => Some(("ids", "id")),
        Kind::Event => Some(("types", "type")),
        _ => None,
    }
}

impl Stripe {
    /// A page of the objects of a kind.
    pub(super) fn list(&self, kind: Kind, params: Params<'_>) -> Outcome {
        let filters = filters(kind);
        let mut known: Vec<&str> = filters.iter().map(|(name, _)| *name).collect();
        known.extend(COMMON);
        known.extend(choices(kind).map(|(name, _)| name));
        params.only(&known)?;
        let created = Range::of(params)?;
        let wanted = |object: &&Value| {
            object["deleted"] != true
                && created.holds(whole(object, "created"))
                && filters.iter().all(|(name, place)| {
                    let asked = params.text(name);
                    asked.is_none_or(|asked| matches(kind, name, object.pointer(place), asked))
                })
                && choices(kind).is_none_or(|(name, field)| {
                    let asked = params.texts(name);
                    asked.is_empty() || asked.iter().any(|one| object[field] == *one)
                })
                && shown_by_default(kind, params, object)
        };
        let found: Vec<&Value> = self.book.all(kind).iter().rev().filter(wanted).collect();
        let url = format!("/v1/{}", kind.path());
        page(params, kind.name(), &url, &found)
    }
}

/// A page of objects that are in the order of the list.
fn page(params: Params<'_>, what: &str, url: &str, found: &[&Value]) -> Outcome {
    let limit = params.whole("limit")?.unwrap_or(10);
    if !(1..=100).contains(&limit) {
        let message = "Invalid limit: must be between 1 and 100";
        return Err(Refusal::parameter(
            "parameter_invalid_integer",
            "limit",
            message,
        ));
    }
    let limit = limit as usize;
    let place = |name: &str| match params.text(name) {
        None => Ok(None),
        Some(id) => found
            .iter()
            .position(|object| object["id"] == id)
            .map(Some)
            .ok_or_else(|| Refusal::no_such_in(name, what, id)),
    };
    let (start, end, more) = match (place("starting_after")?, place("ending_before")?) {
        (_, Some(before)) => {
            let start = before.saturating_sub(limit);
            (start, before, start > 0)
        }
        (after, None) => {
            let start = after.map_or(0, |after| after + 1);
            let end = found.len().min(start + limit);
            (start, end, end < found.len())
        }
    };
    let data = found.get(start..end).unwrap_or_default();
    Ok(json!({ "object": "list", "url": url, "has_more": more, "data": data }))
}

/// A whole list inside of an object.
pub fn inner(url: &str, data: &[Value]) -> Value {
    json!({ "object": "list", "data": data, "has_more": false, "url": url })
}

/// Whether an object's value is the one that is asked for.
fn matches(kind: Kind, name: &str, value: Option<&Value>, asked: &str) -> bool {
    let over = |value: Option<&Value>| {
        value.is_some_and(|value| value == "canceled" || value == "incomplete_expired")
    };
    match (kind, name, asked) {
        (Kind::Subscription, "status", "all") => true,
        (Kind::Subscription, "status", "ended") => over(value),
        (Kind::Event, "type", asked) => match (asked.strip_suffix('*'), value) {
            (Some(start), Some(Value::String(value))) => value.starts_with(start),
            _ => value.is_some_and(|value| value == asked),
        },
        _ => match value {
            Some(Value::Bool(value)) => value.to_string() == asked,
            Some(value) => value == asked,
            None => false,
        },
    }
}

/// Canceled subscriptions, and what lives on test clocks, are shown only when asked for.
fn shown_by_default(kind: Kind, params: Params<'_>, object: &Value) -> bool {
    let asked = |name| params.text(name).is_some();
    match kind {
        Kind::Customer => asked("test_clock") || !is_simulated(object),
        Kind::Subscription => {
            (asked("status") || object["status"] != "canceled")
                && (asked("customer") || asked("test_clock") || !is_simulated(object))
        }
        _ => true,
    }
}

/// `created=…`, or `created[gte]=…` and its like.
struct Range {
    from: i64,
    to: i64,
}

impl Range {
    fn of(params: Params<'_>) -> Result<Self, Refusal> {
        if let Some(parts) = params.part("created") {
            parts.only(&["gt", "gte", "lt", "lte"])?;
            let from = parts.whole("gt")?.map(|from| from.saturating_add(1));
            let to = parts.whole("lt")?.map(|to| to.saturating_sub(1));
            return Ok(Self {
                from: parts.whole("gte")?.or(from).unwrap_or(i64::MIN),
                to: parts.whole("lte")?.or(to).unwrap_or(i64::MAX),
            });
        }
        let exact = params.whole("created")?;
        Ok(Self {
            from: exact.unwrap_or(i64::MIN),
            to: exact.unwrap_or(i64::MAX),
        })
    }

    const fn holds(&self, time: i64) -> bool {
        self.from <= time && time <= self.to
    }
}
