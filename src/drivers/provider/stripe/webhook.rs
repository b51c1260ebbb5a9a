//! The signature of a webhook (<https://docs.stripe.com/webhooks#verify-manually>): an event that was pushed to us is
//! believed only when it holds, and even then its object is read anew.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use vocab::{Secret, Span, Time};

use super::events::Event;

/// How far a signature's moment may lie from ours, before or after.
pub const TOLERANCE: Span = Span::minutes(5);

/// The most signatures that are tried: a header with more is not Stripe's.
const MOST_SIGNATURES: usize = 16;

/// The longest event, in bytes.
const LONGEST: usize = 1024 * 1024;

/// Why a webhook is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forged {
    /// The header has no moment or no signature of the first version.
    Malformed,
    /// No signature fits the secret and the body.
    WrongSignature,
    /// It was signed too long ago, or the clocks differ: a replay.
    TooOld,
    /// The signature holds but the body is no event.
    NoEvent,
}

impl fmt::Display for Forged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the Stripe-Signature header is missing or malformed",
            Self::WrongSignature => {
                "no signature fits: check the signing secret of the webhook endpoint"
            }
            Self::TooOld => "signed more than five minutes ago: check this machine's clock",
            Self::NoEvent => "the body is no event of Stripe",
        })
    }
}

impl std::error::Error for Forged {}

/// Reads a pushed event if its signature holds. `secret` is the endpoint's (`whsec_…`), `header` the `Stripe-Signature`,
/// `body` the very bytes that came, `now` the moment they came. Any one signature is enough, as while a secret is changed
/// there are two. Compared in constant time.
pub fn open(secret: &Secret, header: &str, body: &[u8], now: Time) -> Result<Event, Forged> {
    let (signed_at, signatures) = parts(header).ok_or(Forged::Malformed)?;
    if body.len() > LONGEST {
        return Err(Forged::NoEvent);
    }
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes())
        .map_err(|_| Forged::WrongSignature)?
        .chain_update(signed_at)
        .chain_update(b".")
        .chain_update(body);
    // All are tried, so that the time tells nothing of which one held.
    let held = signatures
        .iter()
        .filter(|signature| mac.clone().verify_slice(&signature[..]).is_ok())
        .count();
    if held == 0 {
        return Err(Forged::WrongSignature);
    }
    let seconds: i64 = signed_at.parse().map_err(|_| Forged::Malformed)?;
    if now.seconds().abs_diff(seconds) > TOLERANCE.as_seconds().unsigned_abs() {
        return Err(Forged::TooOld);
    }
    serde_json::from_slice(body).map_err(|_| Forged::NoEvent)
}

/// The moment as written, and the signatures of the first version.
fn parts(header: &str) -> Option<(&str, Vec<[u8; 32]>)> {
    let mut signed_at = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=')? {
            ("t", text) => signed_at = Some(text),
            ("v1", text) if signatures.len() < MOST_SIGNATURES => signatures.extend(hex(text)),
            _ => {}
        }
    }
    (!signatures.is_empty()).then_some((signed_at?, signatures))
}

/// 32 bytes in hexadecimal digits.
fn hex(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| digit.to_digit(16).map(|digit| digit as u8))
        .collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    if rest.is_empty() {
        bytes.try_into().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY: &[u8] =
        br#"{"id":"evt_1","type":"invoice.paid","created":1795269728,"livemode":false,
        "data":{"object":{"id":"in_1","object":"invoice","customer":"cus_1"}}}"#;

    fn secret() -> Secret {
        Secret::new("whsec_for_tests".into())
    }

    fn signature(secret: &str, seconds: i64, body: &[u8]) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
            .unwrap()
            .chain_update(format!("{seconds}."))
            .chain_update(body)
            .finalize()
            .into_bytes();
        mac.iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    #[test]
    fn a_known_value() {
        // From RFC 4231, test case 2, in the form the header has it.
        let mac = Hmac::<Sha256>::new_from_slice(b"Jefe")
            .unwrap()
            .chain_update(b"what do ya want for nothing?");
        let expected = hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert!(mac.verify_slice(&expected.unwrap()).is_ok());
    }

    #[test]
    fn only_what_was_signed_lately_is_believed() {
        let good = signature("whsec_for_tests", 1000, BODY);
        let other = signature("whsec_another", 1000, BODY);
        let at = |seconds| Time::from_seconds(seconds);
        let opened = |header: &str, body, now| open(&secret(), header, body, now);

        let event = opened(&format!("t=1000,v1={good}"), BODY, at(1010)).unwrap();
        assert_eq!(event.id.as_str(), "evt_1");
        assert_eq!(event.kind, "invoice.paid");
        assert_eq!(event.data.object.customer.unwrap().as_str(), "cus_1");
        assert!(
            opened(
                &format!("t=1000,v1={other},v1={good},v0=abc"),
                BODY,
                at(1300)
            )
            .is_ok()
        );

        for (header, body, now, expected) in [
            (format!("t=1000,v1={good}"), BODY, 1301, Forged::TooOld),
            (format!("t=1000,v1={good}"), BODY, 699, Forged::TooOld),
            (
                format!("t=1001,v1={good}"),
                BODY,
                1010,
                Forged::WrongSignature,
            ),
            (
                format!("t=1000,v1={other}"),
                BODY,
                1010,
                Forged::WrongSignature,
            ),
            (
                format!("t=1000,v1={good}"),
                b"{}".as_slice(),
                1010,
                Forged::WrongSignature,
            ),
            (format!("t=1000,v0={good}"), BODY, 1010, Forged::Malformed),
            (format!("v1={good}"), BODY, 1010, Forged::Malformed),
            (
                format!("t=1000,v1={}", &good[2..]),
                BODY,
                1010,
                Forged::Malformed,
            ),
            (String::new(), BODY, 1010, Forged::Malformed),
        ] {
            assert_eq!(
                opened(&header, body, at(now)).unwrap_err(),
                expected,
                "{header}"
            );
        }
        let empty = signature("whsec_for_tests", 1000, b"{}");
        let header = format!("t=1000,v1={empty}");
        assert_eq!(opened(&header, b"{}", at(1000)), Err(Forged::NoEvent));
    }

    proptest! {
        #[test]
        fn nothing_panics_and_nothing_is_believed(header in "\\PC{0,80}|t=[0-9]{0,20},v1=[0-9a-f]{60,66}", body in any::<Vec<u8>>()) {
            prop_assert!(open(&secret(), &header, &body, Time::default()).is_err());
        }
    }
}
