//! Secrets in text: those of known shape are gone, whatever stands around them, and nothing else is changed.

use vocab::mask::{MASK, environment_value, is_secret_name, mask as masked, might_hold_secret};

use super::oracle::{assert_line, halves};

/// Twenty-four letters and digits nothing else would hold.
const PLANTED: &str = "q7Zk2Vw9Xy4Tb6Nc8Md3Lf5R";

/// Secrets as they are met, `@` where the secret stands.
const SHAPES: [&str; 13] = [
    "sk_live_@",
    "ghp_@",
    "password=@",
    "PASSWORD: @",
    r#""api_key":"@""#,
    "client_secret='@'",
    "Authorization: Bearer @",
    "bearer @",
    "postgres://app:@@@db/x",
    "token = @",
    "{'password': '@'}",
    "{\\\"password\\\":\\\"@\\\"}",
    "Authorization: Basic @",
];

pub fn mask(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let once = masked(&text);
    assert_eq!(masked(&once), once, "twice is once");
    assert!(
        might_hold_secret(&text) || once == text,
        "what holds no secret passes unchanged"
    );
    assert!(
        once.len() <= text.len() + MASK.len() * (text.len() / 4 + 1),
        "a mask is not longer than it must be"
    );

    if text.contains(PLANTED) {
        return;
    }
    let (before, after) = halves(data);
    let (before, after) = (
        String::from_utf8_lossy(before),
        String::from_utf8_lossy(after),
    );
    // An open quote in the same line may close where a secret's own opens; what is meant then nobody can tell.
    let before = before.replace(['"', '\''], "");
    for shape in SHAPES {
        let secret = match shape.split_once("@@@") {
            Some((head, tail)) => format!("{head}{PLANTED}@{tail}"),
            None => shape.replace('@', PLANTED),
        };
        let shown = masked(&format!("{before} {secret} {after}"));
        assert!(!shown.contains(PLANTED), "{shape} is shown in {shown:?}");
    }
    for name in ["DB_PASSWORD", "STRIPE_KEY", &before] {
        let shown = environment_value(name, &format!("{after}{PLANTED}"));
        assert_line(&shown);
        assert!(
            !is_secret_name(name) || !shown.contains(PLANTED),
            "{name} is shown: {shown}"
        );
    }
}
