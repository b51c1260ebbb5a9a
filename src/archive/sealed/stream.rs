//! The pieces of a sealed file, and the nonce of each.

use std::io::{self, Read};

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};

use super::{Key, SealError};

/// Content of a piece, in bytes; the last one may have less.
pub(super) const PIECE: usize = 64 * 1024;

/// What sealing adds to a piece.
pub(super) const TAG: usize = 16;

/// The random part of the nonces of one file.
pub(super) const PREFIX: usize = 19;

/// The cipher of one file, at one of its pieces.
pub(super) struct Stream {
    cipher: XChaCha20Poly1305,
    header: Vec<u8>,
    prefix: [u8; PREFIX],
    number: u32,
}

impl Stream {
    /// At the first piece of the file with this header.
    pub(super) fn new(key: &Key, header: Vec<u8>, prefix: [u8; PREFIX]) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(key.bytes().into()),
            header,
            prefix,
            number: 0,
        }
    }

    fn nonce(&self, last: bool) -> XNonce {
        let mut nonce = [0; PREFIX + 5];
        let bytes = self
            .prefix
            .into_iter()
            .chain(self.number.to_be_bytes())
            .chain([u8::from(last)]);
        nonce
            .iter_mut()
            .zip(bytes)
            .for_each(|(to, from)| *to = from);
        nonce.into()
    }

    /// Seals the content of this piece in its place.
    pub(super) fn seal(&self, piece: &mut Vec<u8>, last: bool) -> Result<(), SealError> {
        self.cipher
            .encrypt_in_place(&self.nonce(last), &self.header, piece)
            .map_err(|_| SealError::TooLong)
    }

    /// Opens this piece in its place; false, and the piece as it was, when it is not what was sealed here.
    pub(super) fn open(&self, piece: &mut Vec<u8>, last: bool) -> bool {
        self.cipher
            .decrypt_in_place(&self.nonce(last), &self.header, piece)
            .is_ok()
    }

    /// On to the next piece.
    pub(super) fn advance(&mut self) -> Result<(), SealError> {
        self.number = self.number.checked_add(1).ok_or(SealError::TooLong)?;
        Ok(())
    }
}

/// Fills a buffer with the next bytes, up to `length`; less only at the end.
pub(super) fn fill(reader: &mut impl Read, buffer: &mut Vec<u8>, length: usize) -> io::Result<()> {
    buffer.clear();
    reader.take(length as u64).read_to_end(buffer)?;
    Ok(())
}
