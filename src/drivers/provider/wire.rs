//! What every client over HTTP shares, whether it asks a provider or brings a message.

use reqwest::{Client, Url};

pub(crate) use super::access::is_loopback;
pub(crate) use super::body::read;
pub(crate) use super::failure::root_words;
use super::pace::Pace;
use super::transport;
pub(crate) use super::transport::ordered_wait;

/// An HTTP client for one base address, with the usual time to connect.
pub(crate) fn client(base: &Url) -> reqwest::Result<Client> {
    transport::client(base, &Pace::default())
}
