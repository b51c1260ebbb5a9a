//! Every entry of a zip file by its headers, before anything is inflated.

use std::io::{Read, Seek};

use zip::read::ZipFileEntry;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive, ZipReadOptions};

use crate::error::shown;
use crate::meter::Meter;
use crate::names::{Names, Sort};
use crate::path::EntryPath;
use crate::{ArchiveError, Fault};

/// Where an entry lies in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Its number.
    pub(super) index: usize,
    /// Its path, when it is a file.
    pub(super) file: Option<EntryPath>,
    /// The first byte of the header before its content.
    pub(super) start: u64,
    /// The byte after its content.
    pub(super) end: u64,
    /// The length of its content as it lies there.
    pub(super) packed: u64,
    /// The length it says it has when unpacked.
    pub(super) length: u64,
}

/// Checks each entry's path, type, lengths, and that its two headers agree.
pub(super) fn check(
    archive: &mut ZipArchive<impl Read + Seek>,
    meter: &mut Meter<'_>,
) -> Result<Vec<Place>, ArchiveError> {
    let mut names = Names::default();
    let mut places = Vec::with_capacity(archive.len());
    let mut said: u64 = 0;
    for index in 0..archive.len() {
        meter.entry()?;
        let entry = archive
            .by_index_data(index)
            .map_err(|error| Fault::Broken(shown(error.to_string())))?;
        let name = entry.name_raw().to_vec();
        let refuse = |fault| ArchiveError::entry(&name, fault);
        let sort = sort(&entry).map_err(refuse)?;
        let bare = name.strip_suffix(b"/").unwrap_or(&name);
        let path = EntryPath::new(bare, meter.limits()).map_err(refuse)?;
        names.add(&path, sort).map_err(refuse)?;
        meter
            .ratio(entry.size(), Some(entry.compressed_size()))
            .map_err(refuse)?;
        // An honest bomb is refused before it costs anything.
        said = said.saturating_add(entry.size());
        if said > meter.limits().bytes.0 {
            return Err(Fault::Bytes(meter.limits().bytes).into());
        }
        let file = (sort == Sort::File).then_some(path);
        places.push(place(archive, index, file).map_err(refuse)?);
    }
    Ok(places)
}

/// What an entry is, or why it may not be. The types are those of Unix, in the upper half of the attributes, whatever
/// system the entry says it is from: programs that unpack do not ask either.
fn sort(entry: &ZipFileEntry<'_>) -> Result<Sort, Fault> {
    let named_folder = entry.name_raw().ends_with(b"/");
    let sort = match (entry.external_attributes() >> 16) & 0o170_000 {
        0 | 0o040_000 if named_folder => Sort::Folder,
        0 | 0o100_000 if !named_folder => Sort::File,
        0o040_000 | 0o100_000 => {
            return Err(Fault::Special(
                "a file by its name and a folder by its type, or the reverse",
            ));
        }
        0o120_000 => return Err(Fault::Link),
        0o010_000 => return Err(Fault::Special("a pipe")),
        0o140_000 => return Err(Fault::Special("a socket")),
        0o020_000 | 0o060_000 => return Err(Fault::Special("a device")),
        _ => return Err(Fault::Special("of an unknown type")),
    };
    if entry.encrypted() {
        return Err(Fault::Encrypted);
    }
    if sort == Sort::Folder && entry.size() != 0 {
        return Err(Fault::FullFolder);
    }
    match entry.compression() {
        CompressionMethod::Stored | CompressionMethod::Deflated => Ok(sort),
        other => Err(Fault::Method(shown(other.to_string()))),
    }
}

/// Where the content lies, after both headers were compared.
fn place(
    archive: &mut ZipArchive<impl Read + Seek>,
    index: usize,
    file: Option<EntryPath>,
) -> Result<Place, Fault> {
    let options = ZipReadOptions::new().enforce_header_consistency(true);
    let damaged = |error: ZipError| Fault::Damaged(shown(error.to_string()));
    let content = archive
        .by_index_with_options(index, options)
        .map_err(damaged)?;
    let packed = content.compressed_size();
    let end = content
        .data_start()
        .and_then(|start| start.checked_add(packed))
        .ok_or(Fault::Overlap)?;
    Ok(Place {
        index,
        file,
        start: content.header_start(),
        end,
        packed,
        length: content.size(),
    })
}
