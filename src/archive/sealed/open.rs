//! Opens a sealed backup.

use std::io::{Read, Write};

use super::stream::{PIECE, Stream, TAG, fill};
use super::{Key, Label, SealError, header};

/// Opens a sealed backup into `writer`; answers how many bytes of content it had. Fails when it is not whole, not
/// unchanged, not the backup that `label` says, or sealed with another key. What was written until then is genuine but a
/// part: whoever called drops it.
pub fn open(
    key: &Key,
    label: &Label,
    mut reader: impl Read,
    mut writer: impl Write,
) -> Result<u64, SealError> {
    let read = || SealError::io("cannot read the backup");
    let (header, prefix) = header::read(&mut reader, key, label)?;
    let mut stream = Stream::new(key, header, prefix);
    let mut piece = Vec::with_capacity(PIECE + TAG);
    let mut next = Vec::with_capacity(PIECE + TAG);
    let mut content = 0;
    fill(&mut reader, &mut piece, PIECE + TAG).map_err(read())?;
    loop {
        fill(&mut reader, &mut next, PIECE + TAG).map_err(read())?;
        let last = next.is_empty();
        if !stream.open(&mut piece, last) {
            return Err(why(&stream, &mut piece, last, content));
        }
        content += piece.len() as u64;
        writer
            .write_all(&piece)
            .map_err(SealError::io("cannot write what was backed up"))?;
        if last {
            writer
                .flush()
                .map_err(SealError::io("cannot write what was backed up"))?;
            return Ok(content);
        }
        stream.advance()?;
        std::mem::swap(&mut piece, &mut next);
    }
}

/// A piece that opens as the other sort was followed by more when it was sealed, or by nothing. One that is too short for
/// any was cut within; any other cut within a piece looks like damage.
fn why(stream: &Stream, piece: &mut Vec<u8>, last: bool, content: u64) -> SealError {
    if piece.len() < TAG {
        return SealError::Truncated(content);
    }
    match (last, stream.open(piece, !last)) {
        (true, true) => SealError::Truncated(content + piece.len() as u64),
        (false, true) => SealError::Extended(content + piece.len() as u64),
        _ => SealError::Damaged(content),
    }
}
