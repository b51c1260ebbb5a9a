//! What the payment provider said: subscriptions, invoices, and what moved the balance.
//!
//! Every object is known by its id and replaced as a whole by a newer look at it, so that the order in which looks
//! arrive, and one that arrives twice, change nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vocab::{AffiliateName, Domain, Money, Text, Time};

use super::{EntryKind, LedgerEntry, Source, Subscription};

/// How an invoice stands, as Stripe names it (<https://docs.stripe.com/api/invoices/object>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// It can still change.
    Draft,
    /// It is due.
    Open,
    /// It is paid.
    Paid,
    /// It is written off.
    Uncollectible,
    /// It was taken back.
    Void,
    /// A state that is newer than this program.
    #[serde(other)]
    Unknown,
}

impl InvoiceStatus {
    /// The word shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Uncollectible => "written off",
            Self::Void => "void",
            Self::Unknown => "unknown",
        }
    }
}

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// The provider's id.
    pub id: Text,
    /// Its number to the customer; none while it is a draft.
    pub number: Option<Text>,
    /// The provider's id of the customer.
    pub customer: Text,
    /// How it stands.
    pub status: InvoiceStatus,
    /// What it asks for.
    pub due: Money,
    /// What was paid of it.
    pub paid: Money,
    /// What of that was paid past the provider, who kept nothing of it.
    pub elsewhere: Money,
    /// When it was made.
    pub created: Time,
    /// When it was paid.
    pub paid_at: Option<Time>,
    /// When it is to be paid by, for one that is sent.
    pub due_at: Option<Time>,
    /// How often payment was tried.
    pub attempts: u32,
    /// When it is tried again.
    pub next_attempt: Option<Time>,
}

impl Invoice {
    /// Whether it should have been paid by now: its day is past, or a payment was tried in vain.
    pub fn is_late(&self, now: Time) -> bool {
        self.status == InvoiceStatus::Open
            && !self.due.amount.is_zero()
            && (self.attempts > 0 || self.due_at.is_some_and(|due| due < now))
    }

    /// The state in a word, with what `open` alone hides.
    pub fn word(&self, now: Time) -> &'static str {
        match self.status {
            InvoiceStatus::Open if self.attempts > 0 => "failed",
            InvoiceStatus::Open if self.is_late(now) => "past due",
            status => status.word(),
        }
    }
}

/// What moved the balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// A customer paid.
    Charge,
    /// A customer got money back, or took it back.
    Refund,
}

/// A movement of the balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// The provider's id.
    pub id: Text,
    /// What it is.
    pub kind: MovementKind,
    /// How much, before the fee; what went back is more than nothing here too.
    pub gross: Money,
    /// What the provider kept.
    pub fee: Money,
    /// The charge it is, or is of.
    pub charge: Text,
    /// The provider's id of the customer.
    pub customer: Text,
    /// When.
    pub at: Time,
}

/// What a look at the payment provider found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BillingChange {
    /// Subscriptions as they are now.
    pub subscriptions: Vec<Subscription>,
    /// Invoices as they are now.
    pub invoices: Vec<Invoice>,
    /// Movements of the balance.
    pub movements: Vec<Movement>,
    /// From when on all movements and invoices are known; `None` leaves what was known.
    pub since: Option<Time>,
    /// When it was looked.
    pub read: Time,
}

/// All that the payment provider said of our sites.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Billing {
    /// Subscriptions by id, ended ones too.
    pub subscriptions: BTreeMap<Text, Subscription>,
    /// Invoices by id.
    pub invoices: BTreeMap<Text, Invoice>,
    /// Movements of the balance by id.
    pub movements: BTreeMap<Text, Movement>,
    /// From when on all movements and invoices are known; `None` before the first look.
    pub since: Option<Time>,
    /// When it was last looked; `None` before the first look.
    pub read: Option<Time>,
}

impl Billing {
    /// Takes a look in. Of two looks at one object the one that came last counts, and an older look at all does not make
    /// the newest one older.
    pub fn apply(&mut self, change: &BillingChange) {
        for subscription in &change.subscriptions {
            self.subscriptions
                .insert(subscription.id.clone(), subscription.clone());
        }
        for invoice in &change.invoices {
            self.invoices.insert(invoice.id.clone(), invoice.clone());
        }
        for movement in &change.movements {
            self.movements.insert(movement.id.clone(), movement.clone());
        }
        self.since = match (self.since, change.since) {
            (Some(known), Some(now)) => Some(known.min(now)),
            (known, now) => known.or(now),
        };
        self.read = self.read.max(Some(change.read));
    }

    /// The subscription of each customer that pays for a site: who the customer is to us.
    pub fn customers(&self) -> BTreeMap<&Text, &Subscription> {
        let all = self.subscriptions.values();
        all.filter(|subscription| subscription.site.is_some())
            .map(|subscription| (&subscription.customer, subscription))
            .collect()
    }

    /// The invoices for a site, the newest first; of all sites for `None`.
    pub fn history(&self, site: Option<&Domain>) -> Vec<(&Invoice, &Subscription)> {
        let customers = self.customers();
        let mut found: Vec<_> = self
            .invoices
            .values()
            .filter_map(|invoice| Some((invoice, *customers.get(&invoice.customer)?)))
            .filter(|(_, owner)| site.is_none() || owner.site.as_ref() == site)
            .collect();
        found.sort_by(|(a, _), (b, _)| (b.created, &b.id).cmp(&(a.created, &a.id)));
        found
    }

    /// What the provider kept of the charges of a customer within a day of a moment: the fee of the invoice paid then.
    /// `None` when no charge of that time is known.
    pub fn fee_of(&self, invoice: &Invoice) -> Option<Money> {
        if !invoice.elsewhere.amount.is_zero() && invoice.elsewhere == invoice.paid {
            return Some(Money::zero(invoice.paid.currency));
        }
        let paid_at = invoice.paid_at?;
        let mut of_then = self.movements.values().filter(|movement| {
            movement.kind == MovementKind::Charge
                && movement.customer == invoice.customer
                && movement.gross == invoice.paid
        });
        let near = |movement: &&Movement| (movement.at.0 - paid_at.0).abs() < DAY;
        of_then.find(near).map(|movement| movement.fee)
    }

    /// The ledger's entries from `from` on and before `until`: what was paid, kept and given back. `place` says whose
    /// site it is and where it stands, and what of a charge is the affiliate's.
    pub fn entries(
        &self,
        from: Time,
        until: Time,
        place: &dyn Fn(&Subscription) -> Option<Placed>,
    ) -> Result<Vec<LedgerEntry>, vocab::MoneyError> {
        let customers = self.customers();
        let within = |at: Time| from <= at && at < until;
        let mut entries = Vec::new();
        for movement in self.movements.values().filter(|one| within(one.at)) {
            let Some(placed) = customers.get(&movement.customer).and_then(|one| place(one)) else {
                continue;
            };
            let share = movement.gross.percent(placed.share)?;
            let back = |money: Money| Money::new(-money.amount, money.currency);
            let parts = match movement.kind {
                MovementKind::Charge => [
                    (EntryKind::Charge, movement.gross),
                    (EntryKind::Fee, movement.fee),
                    (EntryKind::AffiliateShare, share),
                ],
                // A fee for giving back is rare; none says nothing of the charge's own.
                MovementKind::Refund => [
                    (EntryKind::Refund, movement.gross),
                    (EntryKind::Fee, movement.fee),
                    (EntryKind::AffiliateShare, back(share)),
                ],
            };
            placed.enter(&parts, movement.at, &mut entries);
        }
        for invoice in self.invoices.values() {
            let Some(paid_at) = invoice.paid_at.filter(|at| within(*at)) else {
                continue;
            };
            let placed = customers.get(&invoice.customer).and_then(|one| place(one));
            let Some(placed) = placed.filter(|_| !invoice.elsewhere.amount.is_zero()) else {
                continue;
            };
            let amount = invoice.elsewhere;
            let parts = [
                (EntryKind::Charge, amount),
                (EntryKind::Fee, Money::zero(amount.currency)),
                (EntryKind::AffiliateShare, amount.percent(placed.share)?),
            ];
            placed.enter(&parts, paid_at, &mut entries);
        }
        Ok(entries)
    }
}

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// Whose a customer's site is and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The site.
    pub site: Domain,
    /// Whose it is.
    pub affiliate: Option<AffiliateName>,
    /// Where it stands, while it stands.
    pub node: Option<vocab::NodeName>,
    /// The affiliate's hundredths.
    pub share: vocab::Decimal,
}

impl Placed {
    fn enter(&self, parts: &[(EntryKind, Money)], at: Time, entries: &mut Vec<LedgerEntry>) {
        entries.extend(parts.iter().map(|(kind, amount)| LedgerEntry {
            kind: *kind,
            amount: *amount,
            at,
            site: Some(self.site.clone()),
            affiliate: self.affiliate.clone(),
            node: self.node.clone(),
            source: Source::Known,
        }));
    }
}
