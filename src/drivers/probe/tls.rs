//! The TLS probe: a handshake that takes any certificate, which is then judged, so that the words can say what is wrong.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::TlsConnector;
use vocab::{Certificate, ProbeDetail, ProbeTrouble};

use super::certificate;
use super::dial::dial;
use super::failure::{Failure, Found, causes};
use super::trust::Trust;
use crate::clock;

/// Shakes hands and judges the certificate for `name`, or for the host when no name is given.
pub async fn probe(trust: &Trust, host: &str, port: u16, name: Option<&str>) -> Found {
    let name = name.unwrap_or(host);
    let certificate = look(trust, host, port, name).await?;
    match certificate::fault(&certificate, name, clock::now()) {
        Some(failure) => Err(failure),
        None => Ok(ProbeDetail::Tls(Box::new(certificate))),
    }
}

/// The judged certificate of a server, whatever is wrong with it.
pub async fn look(
    trust: &Trust,
    host: &str,
    port: u16,
    name: &str,
) -> Result<Certificate, Failure> {
    let verifier = trust.verifier().await?;
    let chain = chain(trust, host, port, name).await?;
    certificate::judge(&chain, &server_name(name)?, verifier.as_ref())
}

/// The certificates that a server shows for `name`, its own first.
pub async fn chain(
    trust: &Trust,
    host: &str,
    port: u16,
    name: &str,
) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let server_name = server_name(name)?;
    let connector = TlsConnector::from(Arc::new(trust.lenient()?));
    let stream = dial(host, port).await?;
    let target = format!("{host}:{port}");
    let stream = connector
        .connect(server_name, stream)
        .await
        .map_err(|error| {
            if causes(&error).any(<dyn std::error::Error>::is::<rustls::Error>) {
                Failure::new(
                    ProbeTrouble::Tls,
                    format!("the TLS handshake with {target} failed: {error}"),
                )
            } else {
                Failure::from_io(&target, &error)
            }
        })?;
    let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
    Ok(chain
        .iter()
        .map(|certificate| certificate.clone().into_owned())
        .collect())
}

/// A name as a certificate may hold it: a DNS name or an address.
pub fn server_name(name: &str) -> Result<ServerName<'static>, Failure> {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    ServerName::try_from(bare.to_owned()).map_err(|_| {
        Failure::new(
            ProbeTrouble::CouldNotTry,
            format!("\"{name}\" is no name that a certificate can be for"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::testing::{Authority, tls_server};

    async fn probed(
        authority: &Authority,
        trust: &Trust,
        days: std::ops::Range<i64>,
        asked: &str,
    ) -> Found {
        let server = tls_server(&authority.issue("shop.example.com", days)).await;
        probe(trust, "127.0.0.1", server.port, Some(asked)).await
    }

    #[tokio::test]
    async fn a_sound_certificate_and_every_fault() {
        let authority = Authority::new();
        let trust = Trust::with_roots(vec![authority.root()]);
        let Ok(ProbeDetail::Tls(sound)) =
            probed(&authority, &trust, -1..20, "shop.example.com").await
        else {
            panic!("a sound certificate was refused");
        };
        assert!(sound.trusted && sound.name_matches);
        assert_eq!(sound.names, ["shop.example.com"]);
        assert_eq!(sound.issuer, "Test Authority");
        let days = sound.until.since(clock::now()).as_seconds() / 86_400;
        assert!((19..=20).contains(&days), "{days}");

        let words = |found: Found| {
            let failure = found.unwrap_err();
            assert_eq!(failure.trouble, ProbeTrouble::Tls);
            failure.text.to_string()
        };
        let expired = words(probed(&authority, &trust, -9..-2, "shop.example.com").await);
        assert!(
            expired.contains("expired on") && expired.contains("2d ago"),
            "{expired}"
        );
        let wrong = words(probed(&authority, &trust, -1..20, "bank.example.com").await);
        assert!(
            wrong.contains("is for shop.example.com, not for bank.example.com"),
            "{wrong}"
        );
        let early = words(probed(&authority, &trust, 2..20, "shop.example.com").await);
        assert!(early.contains("valid only from"), "{early}");
        let stranger = words(probed(&Authority::new(), &trust, -1..20, "shop.example.com").await);
        assert!(
            stranger.contains("signed by Test Authority, which this machine does not trust"),
            "{stranger}"
        );

        let alone = tls_server(&Authority::self_signed("shop.example.com")).await;
        let alone = words(probe(&trust, "127.0.0.1", alone.port, Some("shop.example.com")).await);
        assert!(alone.contains("signed by itself"), "{alone}");
    }

    #[tokio::test]
    async fn a_server_without_tls_is_a_failed_handshake() {
        let server = crate::probe::testing::http_server(vec![]).await;
        let failure = probe(&Trust::default(), "127.0.0.1", server.port, None)
            .await
            .unwrap_err();
        assert!(
            matches!(
                failure.trouble,
                ProbeTrouble::Tls | ProbeTrouble::WrongAnswer
            ),
            "{failure:?}"
        );
    }

    #[test]
    fn names_with_spaces_cannot_be_asked() {
        assert_eq!(
            server_name("no name").unwrap_err().trouble,
            ProbeTrouble::CouldNotTry
        );
        assert!(server_name("[2001:db8::1]").is_ok());
    }
}
