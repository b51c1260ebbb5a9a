//! From the fleet file to the weights of items.

use config::fleet::PrioritySpec;
use world::Weights;

/// The shipped weights with what the fleet file says over them.
pub fn weights(spec: &PrioritySpec) -> Weights {
    let shipped = Weights::default();
    let [critical, warning, notice] = shipped.severity;
    Weights {
        money: spec.money.unwrap_or(shipped.money),
        blast: spec.blast.unwrap_or(shipped.blast),
        deal: spec.deal.unwrap_or(shipped.deal),
        vip: spec.vip.unwrap_or(shipped.vip),
        mismatch: spec.mismatch.unwrap_or(shipped.mismatch),
        severity: [
            spec.critical.unwrap_or(critical),
            spec.warning.unwrap_or(warning),
            spec.notice.unwrap_or(notice),
        ],
        important: spec.important.unwrap_or(shipped.important),
        urgent: spec.urgent.unwrap_or(shipped.urgent),
        archive_after: spec.archive_after.unwrap_or(shipped.archive_after),
    }
}
