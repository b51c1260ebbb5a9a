//! All objects of the account, by kind, in the order in which they came to be.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::refusal::Refusal;
use crate::random;

/// A kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// What came to or left the balance.
    BalanceTransaction,
    /// An attempt to take money from a card.
    Charge,
    /// Who pays.
    Customer,
    /// Something that happened.
    Event,
    /// What is owed for a period.
    Invoice,
    /// How an invoice is paid.
    InvoicePayment,
    /// Money that is to be taken.
    PaymentIntent,
    /// A card.
    PaymentMethod,
    /// What a product costs.
    Price,
    /// What is sold.
    Product,
    /// Money that went back.
    Refund,
    /// Who pays for what, and how often.
    Subscription,
    /// A clock that is put forward by hand.
    TestClock,
    /// Who is told of events.
    WebhookEndpoint,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 14] = [
        Self::BalanceTransaction,
        Self::Charge,
        Self::Customer,
        Self::Event,
        Self::Invoice,
        Self::InvoicePayment,
        Self::PaymentIntent,
        Self::PaymentMethod,
        Self::Price,
        Self::Product,
        Self::Refund,
        Self::Subscription,
        Self::TestClock,
        Self::WebhookEndpoint,
    ];

    /// Its path under `/v1`, without slashes at the ends.
    pub const fn path(self) -> &'static str {
        match self {
            Self::BalanceTransaction => "balance_transactions",
            Self::Charge => "charges",
            Self::Customer => "customers",
            Self::Event => "events",
            Self::Invoice => "invoices",
            Self::InvoicePayment => "invoice_payments",
            Self::PaymentIntent => "payment_intents",
            Self::PaymentMethod => "payment_methods",
            Self::Price => "prices",
            Self::Product => "products",
            Self::Refund => "refunds",
            Self::Subscription => "subscriptions",
            Self::TestClock => "test_helpers/test_clocks",
            Self::WebhookEndpoint => "webhook_endpoints",
        }
    }

    /// What an error calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BalanceTransaction => "balance_transaction",
            Self::Charge => "charge",
            Self::Customer => "customer",
            Self::Event => "event",
            Self::Invoice => "invoice",
            Self::InvoicePayment => "invoice_payment",
            Self::PaymentIntent => "payment_intent",
            Self::PaymentMethod => "PaymentMethod",
            Self::Price => "price",
            Self::Product => "product",
            Self::Refund => "refund",
            Self::Subscription => "subscription",
            Self::TestClock => "test_clock",
            Self::WebhookEndpoint => "webhook endpoint",
        }
    }

    /// What its ids begin with.
    const fn prefix(self) -> &'static str {
        match self {
            Self::BalanceTransaction => "txn_3",
            Self::Charge => "ch_3",
            Self::Customer => "cus_",
            Self::Event => "evt_1",
            Self::Invoice => "in_1",
            Self::InvoicePayment => "inpay_1",
            Self::PaymentIntent => "pi_3",
            Self::PaymentMethod => "pm_1",
            Self::Price => "price_1",
            Self::Product => "prod_",
            Self::Refund => "re_3",
            Self::Subscription => "sub_1",
            Self::TestClock => "clock_1",
            Self::WebhookEndpoint => "we_1",
        }
    }

    /// A new id of this kind.
    pub fn id(self) -> String {
        let length = match self {
            Self::Customer | Self::Product => 14,
            _ => 23,
        };
        format!("{}{}", self.prefix(), tail(length))
    }

    /// The kind of the object with an id, by how it begins.
    pub fn of_id(id: &str) -> Option<Self> {
        let prefix = id.split_once('_')?.0;
        Self::ALL.into_iter().find(|kind| {
            kind.prefix()
                .split_once('_')
                .is_some_and(|(own, _)| own == prefix)
        })
    }
}

/// The random end of an id.
pub fn tail(length: usize) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    (0..length)
        .map(|_| char::from(LETTERS[random::below(62) as usize]))
        .collect()
}

/// The objects.
#[derive(Debug, Clone, Default)]
pub struct Book {
    shelves: BTreeMap<Kind, Vec<Value>>,
    places: HashMap<String, usize>,
}

impl Book {
    /// Adds an object, which carries its id.
    pub fn add(&mut self, kind: Kind, object: Value) {
        let objects = self.shelves.entry(kind).or_default();
        self.places.insert(id(&object), objects.len());
        objects.push(object);
    }

    /// All of a kind, the oldest first, deleted ones among them.
    pub fn all(&self, kind: Kind) -> &[Value] {
        self.shelves.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// An object by its id, be it deleted.
    pub fn get(&self, kind: Kind, id: &str) -> Option<&Value> {
        let place = *self.places.get(id)?;
        let object = self.shelves.get(&kind)?.get(place)?;
        (object["id"] == id).then_some(object)
    }

    /// An object to be changed.
    pub fn get_mut(&mut self, kind: Kind, id: &str) -> Option<&mut Value> {
        let place = *self.places.get(id)?;
        let object = self.shelves.get_mut(&kind)?.get_mut(place)?;
        (object["id"] == id).then_some(object)
    }

    /// An object that is named in the path of a request and must exist.
    pub fn find(&self, kind: Kind, id: &str) -> Result<&Value, Refusal> {
        self.living(kind, id)
            .ok_or_else(|| Refusal::no_such(kind.name(), id))
    }

    /// An object that is named in a parameter and must exist.
    pub fn find_in(&self, param: &str, kind: Kind, id: &str) -> Result<&Value, Refusal> {
        self.living(kind, id)
            .ok_or_else(|| Refusal::no_such_in(param, kind.name(), id))
    }

    fn living(&self, kind: Kind, id: &str) -> Option<&Value> {
        self.get(kind, id)
            .filter(|object| object["deleted"] != true)
    }

    /// The ids of the objects of a kind whose field is `value`, the oldest first.
    pub fn with(&self, kind: Kind, field: &str, value: &str) -> Vec<String> {
        self.all(kind)
            .iter()
            .filter(|object| object[field] == value && object["deleted"] != true)
            .map(id)
            .collect()
    }
}

/// The id of an object.
pub fn id(object: &Value) -> String {
    text(object, "id")
}

/// A text field of an object; empty where there is none.
pub fn text(object: &Value, field: &str) -> String {
    object[field].as_str().unwrap_or_default().to_owned()
}

/// A number field of an object; 0 where there is none.
pub fn whole(object: &Value, field: &str) -> i64 {
    object[field].as_i64().unwrap_or_default()
}

/// Objects with different fields as one: more fields than the `json!` macro takes at once.
pub fn joined<const COUNT: usize>(parts: [Value; COUNT]) -> Value {
    let fields = parts.into_iter().filter_map(|part| match part {
        Value::Object(fields) => Some(fields),
        _ => None,
    });
    Value::Object(fields.flatten().collect())
}
