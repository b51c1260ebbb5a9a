//! The senders against canned answers: what goes out, what a refusal comes to, and what is never said.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use vocab::{Secret, Severity, Span, Text, Time};

use super::*;

const TOKEN: &str = "canary-canary-canary";

fn letter() -> Letter {
    Letter {
        key: "0123456789abcdef0123456789abcdef".into(),
        fleet: "aurora".into(),
        severity: Severity::Critical,
        over: false,
        title: Text::line("critical: @everyone **x** is down\r\nBcc: all@example.com"),
        detail: "+40 consequences".into(),
        body: None,
        made: Time(1_795_269_728_000),
        attempt: 1,
    }
}

/// A server of one answer: its address, and what it was asked.
async fn served(answer: String) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut text = String::new();
        let mut bytes = vec![0; 8192];
        loop {
            let length = stream.read(&mut bytes).await.unwrap();
            text += &String::from_utf8_lossy(&bytes[..length]);
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let head = head.to_ascii_lowercase();
            let wanted = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if length == 0 || body.len() >= wanted {
                break;
            }
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        text
    });
    (base, asked)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
        body.len()
    )
}

fn discord(base: &str) -> Discord {
    Discord::new(&Secret::new(format!("{base}/api/webhooks/7/{TOKEN}"))).unwrap()
}

#[tokio::test]
async fn nobody_is_called_by_what_stands_in_a_name() {
    let (base, asked) = served(answer("200 OK", "", "{\"id\": \"42\"}")).await;
    let said = discord(&base).send(&letter()).await.unwrap();
    assert_eq!(said, "HTTP 200, 42");
    let asked = asked.await.unwrap();
    assert!(asked.starts_with("POST /api/webhooks/7/"), "{asked}");
    assert!(
        asked.contains("\"allowed_mentions\":{\"parse\":[]}"),
        "{asked}"
    );
    assert!(asked.contains(r"\\@everyone \\*\\*x"), "{asked}");
}

#[tokio::test]
async fn a_refusal_says_what_it_is_when_to_come_back_and_no_secret() {
    let echo = format!("{{\"message\": \"no webhook {TOKEN}\", \"retry_after\": 90.5}}");
    for (status, trouble) in [
        ("429 Too Many Requests", AlertTrouble::RateLimited),
        ("401 Unauthorized", AlertTrouble::Unauthorized),
        ("404 Not Found", AlertTrouble::Unauthorized),
        ("400 Bad Request", AlertTrouble::Refused),
        ("503 Service Unavailable", AlertTrouble::Unavailable),
    ] {
        let (base, _asked) = served(answer(status, "retry-after: 2\r\n", &echo)).await;
        let error = discord(&base).send(&letter()).await.unwrap_err();
        assert_eq!(error.trouble, trouble, "{error}");
        assert_eq!(error.ordered, Some(Span::millis(90_500)));
        assert!(!error.to_string().contains("canary"), "{error}");
        assert_eq!(error.trouble.is_passing(), trouble != AlertTrouble::Refused);
    }
    let nobody = discord("http://127.0.0.1:1");
    let error = nobody.send(&letter()).await.unwrap_err();
    assert_eq!(error.trouble, AlertTrouble::Unreachable);
    assert!(!error.to_string().contains("canary"), "{error}");
}

#[tokio::test]
async fn a_topic_is_given_the_key_by_which_it_knows_a_repeat() {
    let (base, asked) = served(answer("200 OK", "", "{}")).await;
    let ntfy = Ntfy::new(
        &format!("{base}/operations"),
        Some(Secret::new(TOKEN.into())),
    );
    ntfy.unwrap().send(&letter()).await.unwrap();
    let asked = asked.await.unwrap();
    assert!(
        asked.contains(&format!("authorization: Bearer {TOKEN}")),
        "{asked}"
    );
    for part in [
        "\"topic\":\"operations\"",
        "\"priority\":5",
        "\"sequence_id\":\"0123456789abcdef0123456789abcdef\"",
    ] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
}

#[tokio::test]
async fn a_text_message_is_short_and_paid_for_once() {
    let account = SmsAccount {
        account: "AC1".into(),
        from: "MG0123456789abcdef0123456789abcdef".into(),
        to: vec!["+15005550009".into()],
    };
    let mut long = letter();
    long.detail = Text::line("x".repeat(1000));
    let (base, asked) = served(answer("201 Created", "", "{}")).await;
    let sms = Sms::new(&base, Secret::new(TOKEN.into()), account.clone()).unwrap();
    sms.send(&long).await.unwrap();
    let asked = asked.await.unwrap();
    let (_, form) = asked.split_once("\r\n\r\n").unwrap();
    assert!(form.contains("MessagingServiceSid=MG"), "{form}");
    assert!(form.len() < 600, "{form}");

    let line = letter().line();
    let listed = format!(
        "{{\"messages\": [{{\"body\": {line:?}, \"status\": \"sent\", \"date_created\": \
         \"Sat, 21 Nov 2026 14:02:10 +0000\"}}]}}"
    );
    let (base, asked) = served(answer("200 OK", "", &listed)).await;
    let sms = Sms::new(&base, Secret::new(TOKEN.into()), account).unwrap();
    let again = Letter {
        attempt: 2,
        ..letter()
    };
    sms.send(&again).await.unwrap();
    assert!(
        asked.await.unwrap().starts_with("GET "),
        "it is looked for, and not sent again"
    );
}

#[test]
fn secrets_go_over_https_or_stay_here() {
    let secret = |url: &str| Discord::new(&Secret::new(url.to_owned())).is_ok();
    assert!(secret("https://discord.com/api/webhooks/1/x"));
    assert!(secret("http://[::1]:8080/api/webhooks/1/x"));
    for bad in [
        "http://discord.com/api/webhooks/1/x",
        "ftp://127.0.0.1/x",
        "nowhere",
    ] {
        assert!(!secret(bad), "{bad}");
    }
    assert!(Ntfy::new("https://ntfy.example.com/", None).is_err());
}
