//! Reading a certificate (RFC 5280) and judging it: until when, for whom, signed by whom.

use std::net::IpAddr;

use rustls::client::danger::ServerCertVerifier;
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error};
use vocab::{Certificate, ProbeTrouble, Text, Time};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::X509Certificate;
use x509_parser::x509::X509Name;

use super::failure::Failure;
use crate::clock;

/// The most names kept of one certificate; shared ones hold hundreds.
const MOST_NAMES: usize = 32;

/// Reads the first certificate of a chain and judges it for `name` by `verifier`.
pub fn judge(
    chain: &[CertificateDer<'_>],
    name: &ServerName<'_>,
    verifier: &dyn ServerCertVerifier,
) -> Result<Certificate, Failure> {
    let Some((leaf, rest)) = chain.split_first() else {
        return Err(Failure::new(
            ProbeTrouble::Tls,
            "the server shows no certificate",
        ));
    };
    let mut certificate = read(leaf)?;
    // An expired certificate may still come from a trusted signer: the signer is judged at a time the certificate covers,
    // so that the words can name the one thing that is wrong.
    let moment = clock::now()
        .clamp(certificate.from, certificate.until.max(certificate.from))
        .seconds()
        .max(0)
        .unsigned_abs();
    let moment = UnixTime::since_unix_epoch(std::time::Duration::from_secs(moment));
    certificate.trusted = match verifier.verify_server_cert(leaf, rest, name, &[], moment) {
        // The chain is checked before the name, so a wrong name means a right chain.
        Ok(_)
        | Err(Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) => true,
        Err(_) => false,
    };
    certificate.name_matches = ParsedCertificate::try_from(leaf)
        .is_ok_and(|parsed| verify_server_name(&parsed, name).is_ok());
    Ok(certificate)
}

/// What a certificate says; neither trusted nor matching until judged.
pub fn read(der: &[u8]) -> Result<Certificate, Failure> {
    let (_, parsed) = x509_parser::parse_x509_certificate(der).map_err(|error| {
        Failure::new(
            ProbeTrouble::Tls,
            format!("the certificate cannot be read: {error}"),
        )
    })?;
    let names = names(&parsed);
    let subject = common_name(parsed.subject())
        .or_else(|| names.first().cloned())
        .unwrap_or_default();
    Ok(Certificate {
        subject,
        issuer: common_name(parsed.issuer())
            .unwrap_or_else(|| Text::line(parsed.issuer().to_string())),
        names,
        from: Time::from_seconds(parsed.validity().not_before.timestamp()),
        until: Time::from_seconds(parsed.validity().not_after.timestamp()),
        trusted: false,
        name_matches: false,
    })
}

/// A certificate's serial number, in hexadecimal.
pub fn serial(der: &[u8]) -> Result<Text, Failure> {
    let (_, parsed) = x509_parser::parse_x509_certificate(der).map_err(|error| {
        Failure::new(
            ProbeTrouble::Tls,
            format!("the certificate cannot be read: {error}"),
        )
    })?;
    Ok(Text::line(parsed.raw_serial_as_string()))
}

/// What is wrong with a judged certificate that was asked for as `name`, if anything is: the gravest thing in words.
pub fn fault(certificate: &Certificate, name: &str, now: Time) -> Option<Failure> {
    let until = date(certificate.until);
    let text = if certificate.until < now {
        let ago = now.since(certificate.until);
        format!("the certificate of {name} expired on {until}, {ago} ago: renew it")
    } else if certificate.from > now {
        format!(
            "the certificate of {name} is valid only from {}: compare the clocks",
            date(certificate.from)
        )
    } else if !certificate.name_matches {
        let names: Vec<&str> = certificate.names.iter().take(3).map(Text::as_str).collect();
        let more = if certificate.names.len() > names.len() {
            " and others"
        } else {
            ""
        };
        let whose = if names.is_empty() {
            certificate.subject.to_string()
        } else {
            names.join(", ")
        };
        format!("the certificate is for {whose}{more}, not for {name} (until {until})")
    } else if !certificate.trusted && certificate.issuer == certificate.subject {
        format!(
            "the certificate of {name} is signed by itself, which this machine does not trust (until {until})"
        )
    } else if !certificate.trusted {
        let issuer = &certificate.issuer;
        format!(
            "the certificate of {name} is signed by {issuer}, which this machine does not trust: \
             its root or an intermediate certificate is missing (until {until})"
        )
    } else {
        return None;
    };
    Some(Failure::new(ProbeTrouble::Tls, text))
}

/// The day of a moment, in UTC.
fn date(time: Time) -> String {
    time.to_string().chars().take(10).collect()
}

fn common_name(name: &X509Name<'_>) -> Option<Text> {
    let part = name
        .iter_common_name()
        .chain(name.iter_organization())
        .next()?;
    part.as_str().ok().map(Text::line)
}

fn names(parsed: &X509Certificate<'_>) -> Vec<Text> {
    let Ok(Some(extension)) = parsed.subject_alternative_name() else {
        return Vec::new();
    };
    let shown = extension
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(Text::line(name)),
            GeneralName::IPAddress(bytes) => {
                address(bytes).map(|address| Text::line(address.to_string()))
            }
            _ => None,
        });
    shown.take(MOST_NAMES).collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(four.into());
    }
    <[u8; 16]>::try_from(bytes).ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use vocab::Span;

    use super::*;

    fn sound() -> Certificate {
        Certificate {
            subject: "shop.example.com".into(),
            issuer: "Example CA".into(),
            names: vec!["shop.example.com".into(), "www.shop.example.com".into()],
            from: Time(1_700_000_000_000),
            until: Time(1_800_000_000_000),
            trusted: true,
            name_matches: true,
        }
    }

    #[test]
    fn the_gravest_fault_is_named_with_its_date() {
        let now = Time(1_750_000_000_000);
        let words = |certificate: &Certificate, now| {
            fault(certificate, "shop.example.com", now).map(|failure| failure.text.to_string())
        };
        assert_eq!(words(&sound(), now), None);
        let late = sound().until + Span::days(3);
        let expired = words(
            &Certificate {
                trusted: false,
                ..sound()
            },
            late,
        )
        .unwrap();
        assert_eq!(
            expired,
            "the certificate of shop.example.com expired on 2027-01-15, 3d ago: renew it"
        );
        let early = words(&sound(), Time(1_600_000_000_000)).unwrap();
        assert!(early.contains("valid only from 2023-11-14"), "{early}");
        let other = words(
            &Certificate {
                name_matches: false,
                names: vec!["other.example.com".into()],
                ..sound()
            },
            now,
        )
        .unwrap();
        assert_eq!(
            other,
            "the certificate is for other.example.com, not for shop.example.com (until 2027-01-15)"
        );
        let stranger = words(
            &Certificate {
                trusted: false,
                ..sound()
            },
            now,
        )
        .unwrap();
        assert!(
            stranger.contains("signed by Example CA, which this machine does not trust"),
            "{stranger}"
        );
        let own = words(
            &Certificate {
                trusted: false,
                issuer: "shop.example.com".into(),
                ..sound()
            },
            now,
        )
        .unwrap();
        assert!(own.contains("signed by itself"), "{own}");
    }

    #[test]
    fn rubbish_is_no_certificate() {
        assert_eq!(read(b"rubbish").unwrap_err().trouble, ProbeTrouble::Tls);
    }
}
