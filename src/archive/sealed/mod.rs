//! Backups under seal: whoever stores them can neither read nor change them, nor pass one off as another.
//!
//! XChaCha20-Poly1305 in the STREAM construction (<https://eprint.iacr.org/2015/189>): pieces of 64 KB, each sealed under a
//! nonce of 19 random bytes, its number and whether it is the last; so pieces cannot be dropped, added, swapped or mixed.
//! With every piece goes, unencrypted but under seal, the header, which says what backup it is and which key opens it:
//!
//! ```text
//! magic 8 · version 1 · key's mark 16 · nonce 19 · label's length 2 · label · pieces: content ≤ 65,536 + tag 16
//! ```
//!
//! The key's mark is a hash of the key. It tells a wrong key from a damaged file, and it binds the file to one key, which
//! the cipher alone does not (<https://eprint.iacr.org/2020/1456>).

mod error;
mod header;
mod key;
mod label;
mod open;
mod seal;
mod stream;
#[cfg(test)]
mod tests;

pub use error::SealError;
pub use key::Key;
pub use label::Label;
pub use open::open;
pub use seal::seal;
