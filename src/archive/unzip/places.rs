//! Every byte of a zip file before its directory belongs to one entry.

use std::io::{Read, Seek};

use zip::ZipArchive;

use super::entries::Place;
use crate::{ArchiveError, Fault};

/// The most that may lie between two entries: the record after a content whose length was not known before, with its
/// signature and lengths of 8 bytes (section 4.3.9 of the format).
const BETWEEN: u64 = 24;

/// Refuses entries that share bytes, with each other or with the directory that starts at `directory`, and bytes that no
/// entry owns: content that another program would unpack and we would not.
pub(super) fn check(
    archive: &mut ZipArchive<impl Read + Seek>,
    places: &[Place],
    directory: u64,
) -> Result<(), ArchiveError> {
    let mut order: Vec<&Place> = places.iter().collect();
    order.sort_unstable_by_key(|place| (place.start, place.end));
    let mut free = 0;
    for place in order {
        if place.start < free || place.end > directory {
            let name = archive
                .by_index_data(place.index)
                .map(|entry| entry.name_raw().to_vec())
                .unwrap_or_default();
            return Err(ArchiveError::entry(name, Fault::Overlap));
        }
        // Nothing comes before the first entry.
        let may = if free == 0 { 0 } else { BETWEEN };
        if place.start - free > may {
            return Err(Fault::Hidden.into());
        }
        free = place.end;
    }
    if directory - free > BETWEEN {
        return Err(Fault::Hidden.into());
    }
    Ok(())
}
