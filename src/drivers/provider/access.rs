//! Where a provider is and by which token: checked once, when a client is made.

use reqwest::Url;
use vocab::Secret;

use super::error::{Fault, Provider, ProviderError};
use super::pace::Pace;

/// What a client is made of.
#[derive(Debug)]
pub struct Access {
    /// The base address, such as `https://api.hetzner.cloud/v1`. Plain `http` only on this machine's own loopback.
    pub url: String,
    /// The API token. It leaves in the `Authorization` header and nowhere else.
    pub token: Secret,
    /// How the provider is asked.
    pub pace: Pace,
}

impl Access {
    /// With the usual pace.
    pub fn new(url: impl Into<String>, token: Secret) -> Self {
        Self {
            url: url.into(),
            token,
            pace: Pace::default(),
        }
    }
}

/// The base address, if a token may be sent there.
pub(super) fn base(provider: Provider, text: &str) -> Result<Url, ProviderError> {
    let wrong = |words: &str| {
        // The text is not repeated: a password may stand in it.
        let words = format!("the address of {provider}'s API {words}");
        Err(ProviderError::new(provider, Fault::Invalid, words))
    };
    let Ok(url) = Url::parse(text) else {
        return wrong("is no URL");
    };
    let plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    match url.scheme() {
        _ if !plain => wrong("has a user, a query or a fragment in it"),
        "https" if url.has_host() => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => wrong("is http: a token goes over https only, except to this machine itself"),
        _ => wrong("is not https"),
    }
}

/// Whether an address stays on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_never_travels_in_the_clear() {
        let taken = |text| base(Provider::Hetzner, text).is_ok();
        assert!(taken("https://api.hetzner.cloud/v1"));
        assert!(taken("http://127.0.0.1:8080/v1"));
        assert!(taken("http://[::1]:8080"));
        assert!(taken("http://localhost:8080"));
        for bad in [
            "http://api.example.com/v1",
            "http://127.0.0.1.example.com",
            "http://192.0.2.1",
            "https://user:pass@api.example.com",
            "https://api.example.com?x=1",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "",
            "nowhere",
        ] {
            assert!(!taken(bad), "{bad}");
        }
    }

    #[test]
    fn the_token_is_not_shown() {
        let access = Access::new("https://api.example.com", Secret::new("canary".into()));
        assert!(!format!("{access:?}").contains("canary"));
    }
}
