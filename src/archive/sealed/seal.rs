//! Puts a backup under seal.

use std::io::{Read, Write};

use super::stream::{PIECE, PREFIX, Stream, TAG, fill};
use super::{Key, Label, SealError, header};

/// Seals all that `reader` has into `writer`; answers how many bytes of content that was. Fails when one of them does:
/// what was written then is not whole, and will not open.
pub fn seal(
    key: &Key,
    label: &Label,
    mut reader: impl Read,
    mut writer: impl Write,
) -> Result<u64, SealError> {
    let read = || SealError::io("cannot read what is to be backed up");
    let write = || SealError::io("cannot write the backup");
    let mut prefix = [0; PREFIX];
    getrandom::fill(&mut prefix)
        .map_err(std::io::Error::other)
        .map_err(SealError::io("cannot get random bytes"))?;
    let header = header::write(key, label, &prefix)?;
    writer.write_all(&header).map_err(write())?;
    let mut stream = Stream::new(key, header, prefix);
    // A piece has to be known as the last one before it is sealed: one is read ahead.
    let mut piece = Vec::with_capacity(PIECE + TAG);
    let mut next = Vec::with_capacity(PIECE + TAG);
    let mut content = 0;
    fill(&mut reader, &mut piece, PIECE).map_err(read())?;
    loop {
        fill(&mut reader, &mut next, PIECE).map_err(read())?;
        let last = next.is_empty();
        content += piece.len() as u64;
        stream.seal(&mut piece, last)?;
        writer.write_all(&piece).map_err(write())?;
        if last {
            writer.flush().map_err(write())?;
            return Ok(content);
        }
        stream.advance()?;
        std::mem::swap(&mut piece, &mut next);
    }
}
