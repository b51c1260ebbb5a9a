//! Which records cannot stand beside each other.

use super::answer::Refusal;
use super::record::{Draft, Kind, Record};

/// Refuses a record that stands in the way of others. `own` is the record that it replaces.
pub fn check(records: &[Record], draft: &Draft, own: Option<&str>) -> Result<(), Refusal> {
    let others = || {
        records
            .iter()
            .filter(|record| own != Some(record.id.as_str()) && record.draft.name == draft.name)
            .map(|record| &record.draft)
    };
    let any = |kinds: &[Kind]| others().any(|other| kinds.contains(&other.kind));
    let same = others().any(|other| {
        other.kind == draft.kind
            && other.content == draft.content
            && other.priority == draft.priority
    });
    let refusal = |code, message| Err(Refusal::new(400, code, message));
    if same {
        return refusal(81_058, "An identical record already exists.");
    }
    match draft.kind {
        Kind::Cname if any(&[Kind::A, Kind::Aaaa, Kind::Cname]) => refusal(
            81_053,
            "An A, AAAA, or CNAME record with that host already exists.",
        ),
        Kind::A | Kind::Aaaa if any(&[Kind::Cname]) => {
            refusal(81_054, "A CNAME record with that host already exists.")
        }
        Kind::Ns if others().any(|other| other.kind != Kind::Ns) => {
            refusal(81_055, "Non-NS records with that host already exist.")
        }
        kind if kind != Kind::Ns && any(&[Kind::Ns]) => {
            refusal(81_056, "NS records with that host already exist.")
        }
        _ => Ok(()),
    }
}
