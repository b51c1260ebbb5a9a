//! Weights: what the terms of a score count for. Configuration; the defaults are these.

use serde::{Deserialize, Serialize};
use vocab::{Decimal, Span};

/// What the terms of a score count for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Weights {
    /// Points for each unit of the fleet's currency in danger in an hour.
    pub money: Decimal,
    /// Points for each object that stands on the one in trouble.
    pub blast: Decimal,
    /// Points for each thousand of a deal's worth.
    pub deal: Decimal,
    /// Points for somebody of the first importance.
    pub vip: Decimal,
    /// Points for a difference between what is paid for and what is there.
    pub mismatch: Decimal,
    /// Points for being critical, a warning, a notice.
    pub severity: [Decimal; 3],
    /// From this importance on an item is important.
    pub important: Decimal,
    /// From this urgency on an item is urgent.
    pub urgent: Decimal,
    /// After so long an item that is neither is put away.
    pub archive_after: Span,
}

impl Weights {
    /// These, with what was learnt over them: thresholds and times stay as they are configured.
    #[must_use]
    pub fn with(&self, learnt: Option<&Self>) -> Self {
        let Some(learnt) = learnt else {
            return self.clone();
        };
        Self {
            important: self.important,
            urgent: self.urgent,
            archive_after: self.archive_after,
            ..learnt.clone()
        }
    }

    /// `money 100, blast 1, deal 2, vip 20, mismatch 5, severity 10 4 1`.
    pub fn words(&self) -> String {
        let [critical, warning, notice] = self.severity.map(|points| points.normalize());
        format!(
            "money {}, blast {}, deal {}, vip {}, mismatch {}, severity {critical} {warning} {notice}",
            self.money.normalize(),
            self.blast.normalize(),
            self.deal.normalize(),
            self.vip.normalize(),
            self.mismatch.normalize(),
        )
    }
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            money: Decimal::from(100),
            blast: Decimal::ONE,
            deal: Decimal::from(2),
            vip: Decimal::from(20),
            mismatch: Decimal::from(5),
            severity: [Decimal::from(10), Decimal::from(4), Decimal::ONE],
            important: Decimal::from(5),
            urgent: Decimal::from(2),
            archive_after: Span::hours(48),
        }
    }
}
