//! A secret that cannot be printed, cloned or serialised by accident.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A token, password or key. Zeroed when dropped; shows as `[secret]` in any formatting.
pub struct Secret(SecretString);

impl Secret {
    /// Takes ownership; the caller's copy, if any, is the caller's to clear.
    pub fn new(value: String) -> Self {
        Self(value.into())
    }

    /// The value itself: only for the call that needs it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}
