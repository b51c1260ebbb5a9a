//! An affiliate: whoever runs sites here.

use vocab::{AffiliateName, Decimal, Region, Text};

use super::{hosting, value};
use crate::reader::Fields;

/// A declared affiliate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AffiliateSpec {
    /// Its name.
    pub name: AffiliateName,
    /// Where its report goes.
    pub email: Option<Text>,
    /// Where its sites stand unless a site says otherwise.
    pub region: Region,
    /// Its hundredths of the price, 0 to 100; those of `[hosting]` unless given.
    pub share: Option<Decimal>,
}

/// Reads one `[[affiliates]]` table; `None` when a value in it cannot be used. `name` was read before.
pub(in crate::fleet) fn read(
    mut fields: Fields<'_>,
    name: Option<AffiliateName>,
) -> Option<AffiliateSpec> {
    let email = fields.parsed("email", value::email);
    fields.require(
        "region",
        "say where its sites stand: \"us-east\", \"eu-central\" or \"asia-pacific\"",
    );
    let region = fields.choice("region", &Region::WORDS);
    let share = value::decimal(&mut fields, "share", hosting::PERCENT);
    let usable = fields.finish();
    let (name, region) = (name?, region?);
    usable.then_some(AffiliateSpec {
        name,
        email,
        region,
        share,
    })
}
