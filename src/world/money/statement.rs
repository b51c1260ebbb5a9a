//! Statements: what came in and what of it is left, of any part of the ledger.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vocab::{AffiliateName, Currency, Decimal, Domain, Money, MoneyError, Month, NodeName};

use super::{EntryKind, LedgerEntry, Source, Terms};

/// How sure a sum is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Providers said all of it.
    Known,
    /// Providers said a part of it, the rest is reckoned from the terms.
    Partly,
    /// All of it is reckoned from the terms.
    Estimated,
}

impl Certainty {
    const fn of(source: Source) -> Self {
        match source {
            Source::Known => Self::Known,
            Source::Estimated => Self::Estimated,
        }
    }

    fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::Partly }
    }

    /// The word shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Partly => "partly known",
            Self::Estimated => "estimated",
        }
    }
}

/// What came in and where it went, in one currency. Amounts keep every digit until they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// What customers paid.
    pub gross: Money,
    /// What they got back.
    pub refunds: Money,
    /// What the payment provider kept.
    pub fees: Money,
    /// What servers cost.
    pub servers: Money,
    /// What is the affiliates'.
    pub shares: Money,
    /// Whether any of it is an estimate.
    pub estimated: bool,
    /// How sure the sum of each kind is; a kind without an entry is not in it.
    pub certainty: BTreeMap<EntryKind, Certainty>,
    /// A currency of which there is an amount and no rate: that amount is in none of the sums.
    pub missing_rate: Option<Currency>,
}

impl Statement {
    /// Of nothing.
    pub const fn empty(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            gross: zero,
            refunds: zero,
            fees: zero,
            servers: zero,
            shares: zero,
            estimated: false,
            certainty: BTreeMap::new(),
            missing_rate: None,
        }
    }

    /// Of the entries; fails only when a sum passes 28 digits.
    pub fn of<'a>(
        entries: impl IntoIterator<Item = &'a LedgerEntry>,
        terms: &Terms,
    ) -> Result<Self, MoneyError> {
        let mut statement = Self::empty(terms.currency());
        for entry in entries {
            statement.add(entry, terms)?;
        }
        Ok(statement)
    }

    fn add(&mut self, entry: &LedgerEntry, terms: &Terms) -> Result<(), MoneyError> {
        let amount = match terms.exchanged(entry.amount) {
            Ok(amount) => amount,
            Err(MoneyError::Mixed(from, _)) => {
                self.missing_rate = Some(from);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let sum = match entry.kind {
            EntryKind::Charge => &mut self.gross,
            EntryKind::Fee => &mut self.fees,
            EntryKind::Refund => &mut self.refunds,
            EntryKind::ServerCost => &mut self.servers,
            EntryKind::AffiliateShare => &mut self.shares,
        };
        *sum = sum.checked_add(amount)?;
        self.estimated |= entry.source == Source::Estimated;
        let sure = Certainty::of(entry.source);
        let known = self.certainty.entry(entry.kind).or_insert(sure);
        *known = known.and(sure);
        Ok(())
    }

    /// How sure the sum of a kind is; `None` when nothing of it was booked.
    pub fn sure(&self, kind: EntryKind) -> Option<Certainty> {
        self.certainty.get(&kind).copied()
    }

    /// What is left; `None` when an amount could not be exchanged, or the sum passes 28 digits.
    pub fn net(&self) -> Option<Money> {
        if self.missing_rate.is_some() {
            return None;
        }
        [self.refunds, self.fees, self.servers, self.shares]
            .into_iter()
            .try_fold(self.gross, Money::checked_sub)
            .ok()
    }

    /// What is left, in hundredths of what customers paid and did not get back; `None` when that is nothing or the net
    /// is unknown.
    pub fn margin(&self) -> Option<Decimal> {
        let paid = self.gross.checked_sub(self.refunds).ok()?;
        if paid.amount <= Decimal::ZERO {
            return None;
        }
        let net = self.net()?.amount.checked_mul(Decimal::ONE_HUNDRED)?;
        net.checked_div(paid.amount)
    }
}

/// A statement for each site.
pub fn by_site(
    entries: &[LedgerEntry],
    terms: &Terms,
) -> Result<BTreeMap<Domain, Statement>, MoneyError> {
    by(entries, terms, |entry| entry.site.clone())
}

/// A statement for each affiliate.
pub fn by_affiliate(
    entries: &[LedgerEntry],
    terms: &Terms,
) -> Result<BTreeMap<AffiliateName, Statement>, MoneyError> {
    by(entries, terms, |entry| entry.affiliate.clone())
}

/// A statement for each node.
pub fn by_node(
    entries: &[LedgerEntry],
    terms: &Terms,
) -> Result<BTreeMap<NodeName, Statement>, MoneyError> {
    by(entries, terms, |entry| entry.node.clone())
}

/// A statement for each of `count` months that end with `last`, oldest first; one of nothing where nothing was booked.
pub fn trend(
    entries: &[LedgerEntry],
    terms: &Terms,
    last: Month,
    count: u32,
) -> Result<Vec<(Month, Statement)>, MoneyError> {
    let mut months = by(entries, terms, |entry| Some(Month::of(entry.at)))?;
    let empty = || Statement::empty(terms.currency());
    Ok((0..count)
        .rev()
        .map(|back| last.back(back))
        .map(|month| (month, months.remove(&month).unwrap_or_else(empty)))
        .collect())
}

fn by<K: Ord>(
    entries: &[LedgerEntry],
    terms: &Terms,
    key: impl Fn(&LedgerEntry) -> Option<K>,
) -> Result<BTreeMap<K, Statement>, MoneyError> {
    let mut statements = BTreeMap::new();
    for entry in entries {
        if let Some(key) = key(entry) {
            statements
                .entry(key)
                .or_insert_with(|| Statement::empty(terms.currency()))
                .add(entry, terms)?;
        }
    }
    Ok(statements)
}
