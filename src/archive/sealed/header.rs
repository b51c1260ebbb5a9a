//! What stands before the pieces.

use std::io::{self, Read};

use super::stream::PREFIX;
use super::{Key, Label, SealError, key};
use vocab::Text;

const MAGIC: [u8; 8] = *b"WHSEALED";
const VERSION: u8 = 1;
/// The longest label: a site of 255 bytes, a part of 32, a time of 20 digits.
const LONGEST_LABEL: usize = 310;

/// The header of a new file.
pub(super) fn write(key: &Key, label: &Label, prefix: &[u8; PREFIX]) -> Result<Vec<u8>, SealError> {
    let label = label.bytes().ok_or(SealError::BadLabel)?;
    let length = u16::try_from(label.len()).map_err(|_| SealError::BadLabel)?;
    let mut header = MAGIC.to_vec();
    header.push(VERSION);
    header.extend(key.mark());
    header.extend(prefix);
    header.extend(length.to_be_bytes());
    header.extend(label);
    Ok(header)
}

/// Reads a header; answers its bytes, which every piece is sealed with, and the nonce's prefix. Fails when it is not the
/// header of the backup that is asked for, under this key.
pub(super) fn read(
    reader: &mut impl Read,
    key: &Key,
    expected: &Label,
) -> Result<(Vec<u8>, [u8; PREFIX]), SealError> {
    let mut header = Vec::new();
    let magic: [u8; 8] = take(reader, &mut header)?;
    if magic != MAGIC {
        return Err(SealError::NotSealed);
    }
    let [version] = take(reader, &mut header)?;
    if version != VERSION {
        return Err(SealError::Newer(version));
    }
    let mark: [u8; key::MARK] = take(reader, &mut header)?;
    if mark != key.mark() {
        return Err(SealError::WrongKey);
    }
    let prefix = take(reader, &mut header)?;
    let length = usize::from(u16::from_be_bytes(take(reader, &mut header)?));
    if length > LONGEST_LABEL {
        return Err(SealError::Damaged(0));
    }
    let mut label = vec![0; length];
    fill(reader, &mut label)?;
    if label != expected.bytes().ok_or(SealError::BadLabel)? {
        return Err(SealError::WrongLabel {
            found: Text::line(&label),
            expected: Text::line(expected.to_string()),
        });
    }
    header.extend(label);
    Ok((header, prefix))
}

fn take<const N: usize>(
    reader: &mut impl Read,
    header: &mut Vec<u8>,
) -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    fill(reader, &mut bytes)?;
    header.extend(bytes);
    Ok(bytes)
}

fn fill(reader: &mut impl Read, bytes: &mut [u8]) -> Result<(), SealError> {
    reader
        .read_exact(bytes)
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => SealError::Truncated(0),
            _ => SealError::io("cannot read the backup")(error),
        })
}
