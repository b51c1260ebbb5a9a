//! Mail by SMTP. What is sent again has the same Message-ID, by which mail programs know it for the same.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{AsyncSmtpTransport, Error};
use lettre::{AsyncTransport, Tokio1Executor};
use tokio::time::timeout;
use vocab::{Secret, Span, Text};

use super::{AlertError, AlertSender, AlertTrouble, Letter, cut};

/// The longest a command of the conversation may take.
const COMMAND: Duration = Duration::from_secs(15);

/// The longest all of it may take.
const LONGEST: Duration = Duration::from_secs(45);

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// It must change to TLS before anything is said.
    StartTls,
    /// It is TLS from the first byte.
    Tls,
    /// It is not: for this machine alone.
    Off,
}

/// Where mail is handed in, as whom, from whom and to whom.
#[derive(Debug)]
pub struct MailServer {
    /// The server.
    pub host: Text,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: MailTls,
    /// Authorities (PEM) whose certificates are taken beside those this machine trusts.
    pub authority: Option<Vec<u8>>,
    /// The user and the password, when it wants them.
    pub login: Option<(Text, Secret)>,
    /// The sender's address.
    pub from: Text,
    /// The receivers' addresses.
    pub to: Vec<Text>,
}

/// A mail server.
pub struct Email {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Vec<Mailbox>,
    password: Option<Secret>,
}

impl Email {
    /// Over a server. Fails when an address is none, or TLS cannot be set up.
    pub fn new(server: MailServer) -> Result<Self, AlertError> {
        let refused = |words: String| AlertError::new(AlertTrouble::Refused, words);
        let mailbox = |address: &Text| {
            let parsed = address
                .parse()
                .map_err(|error| refused(format!("{address} is no address of mail: {error}")));
            parsed.map(|email| Mailbox::new(None, email))
        };
        let from = mailbox(&server.from)?;
        let to = server.to.iter().map(mailbox).collect::<Result<_, _>>()?;
        let parameters = || {
            let mut parameters = TlsParameters::builder(server.host.to_string());
            if let Some(pem) = &server.authority {
                parameters = parameters.add_root_certificate(authorities(pem)?);
            }
            parameters
                .build()
                .map_err(|error| refused(format!("TLS cannot be set up: {error}")))
        };
        let tls = match server.tls {
            MailTls::StartTls => Tls::Required(parameters()?),
            MailTls::Tls => Tls::Wrapper(parameters()?),
            MailTls::Off => Tls::None,
        };
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host.as_str())
                .port(server.port)
                .tls(tls)
                // The name of this machine is nobody's business.
                .hello_name(ClientId::Domain("wheelhouse".to_owned()))
                .timeout(Some(COMMAND));
        if let Some((user, password)) = &server.login {
            builder = builder.credentials(Credentials::new(
                user.to_string(),
                password.expose().to_owned(),
            ));
        }
        Ok(Self {
            transport: builder.build(),
            from,
            to,
            password: server.login.map(|(_, password)| password),
        })
    }

    fn message(&self, letter: &Letter) -> Result<Message, AlertError> {
        let domain = self.from.email.domain();
        let mut builder = Message::builder()
            .from(self.from.clone())
            .message_id(Some(format!("<{}@{domain}>", letter.key)))
            .date(SystemTime::from(letter.made.timestamp()))
            .subject(cut(&format!("[{}] {}", letter.fleet, letter.title), 200))
            .raw_header(HeaderValue::new(
                // So that no automatic answer comes back (RFC 3834).
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        for to in &self.to {
            builder = builder.to(to.clone());
        }
        let made = if let Some((text, html)) = &letter.body {
            builder.multipart(MultiPart::alternative_plain_html(
                text.clone(),
                html.clone(),
            ))
        } else {
            builder.body(format!("{}\n{}\n", letter.title, letter.detail))
        };
        made.map_err(|error| AlertError::new(AlertTrouble::Refused, error.to_string()))
    }

    fn error(&self, error: &Error) -> AlertError {
        let trouble = match error.status().map(u16::from) {
            // The server wants other credentials, or any (RFC 4954).
            Some(530 | 534 | 535 | 538) => AlertTrouble::Unauthorized,
            Some(500..) => AlertTrouble::Refused,
            Some(_) => AlertTrouble::Unavailable,
            // Trying again makes no other certificate; somebody must see to it.
            None if causes(error).any(is_of_certificate) => AlertTrouble::Refused,
            None if error.is_timeout() => AlertTrouble::Deadline,
            None if error.is_client() => AlertTrouble::Refused,
            None => AlertTrouble::Unreachable,
        };
        let mut words = error.to_string();
        let is_certificate = causes(error).any(is_of_certificate);
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            let said = cause.to_string();
            if !words.contains(&said) {
                words = format!("{words}: {said}");
            }
            source = cause.source();
        }
        if is_certificate {
            words = format!(
                "{words}; the mail server's certificate is not taken: name in ca_file who signed it, or write the host as \
                 the certificate has it"
            );
        }
        if let Some(password) = self.password.as_ref().map(Secret::expose)
            && password.len() >= 8
        {
            words = words.replace(password, vocab::mask::MASK);
        }
        AlertError::new(trouble, words)
    }

    async fn within<T>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send,
    ) -> Result<T, AlertError> {
        match timeout(LONGEST, work).await {
            Ok(done) => done.map_err(|error| self.error(&error)),
            Err(_) => Err(AlertError::new(
                AlertTrouble::Deadline,
                format!("the mail server took longer than {}", Span::from(LONGEST)),
            )),
        }
    }
}

/// Authorities from the text of a file; at least one.
fn authorities(pem: &[u8]) -> Result<Certificate, AlertError> {
    let refused = |words: &str| {
        let words = format!("ca_file {words}; it must be the certificates of authorities as PEM");
        AlertError::new(AlertTrouble::Refused, words)
    };
    if !pem
        .windows(CERTIFICATE.len())
        .any(|part| part == CERTIFICATE)
    {
        return Err(refused("holds no certificate"));
    }
    Certificate::from_pem(pem).map_err(|_| refused("cannot be read"))
}

/// How a certificate begins in a file.
const CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE-----";

type Cause = dyn std::error::Error + 'static;

/// An error with what lies beneath it, an error wrapped by one of input and output among them.
fn causes(error: &Error) -> impl Iterator<Item = &Cause> {
    std::iter::successors(Some(error as &Cause), |error| beneath(*error))
}

fn beneath(error: &Cause) -> Option<&Cause> {
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    match wrapped {
        Some(inner) => Some(inner as &Cause),
        None => error.source(),
    }
}

fn is_of_certificate(error: &Cause) -> bool {
    matches!(
        error.downcast_ref::<rustls::Error>(),
        Some(rustls::Error::InvalidCertificate(_))
    )
}

#[async_trait]
impl AlertSender for Email {
    async fn send(&self, letter: &Letter) -> Result<Text, AlertError> {
        let message = self.message(letter)?;
        let answer = self.within(self.transport.send(message)).await?;
        let said = answer.first_line().unwrap_or("taken");
        Ok(Text::line(format!("{} {said}", answer.code())))
    }

    async fn check(&self) -> Result<Text, AlertError> {
        if self.within(self.transport.test_connection()).await? {
            return Ok(Text::line("the mail server lets this user in"));
        }
        let words = "the mail server answers, and says that it is not ready";
        Err(AlertError::new(AlertTrouble::Unavailable, words))
    }
}

#[cfg(test)]
mod tests {
    use vocab::{Severity, Time};

    use super::*;

    fn email() -> Email {
        Email::new(MailServer {
            host: "127.0.0.1".into(),
            port: 1,
            tls: MailTls::Off,
            authority: None,
            login: Some(("ops".into(), Secret::new("canary-canary".into()))),
            from: "wheelhouse@example.com".into(),
            to: vec!["operator@example.com".into()],
        })
        .unwrap()
    }

    fn letter(body: Option<(String, String)>) -> Letter {
        Letter {
            key: "0123456789abcdef0123456789abcdef".into(),
            fleet: "aurora".into(),
            severity: Severity::Critical,
            over: false,
            title: Text::line("critical: x is down\r\nBcc: all@example.com"),
            detail: Text::default(),
            body,
            made: Time(1_795_269_728_000),
            attempt: 1,
        }
    }

    #[tokio::test]
    async fn no_name_adds_a_header_and_no_error_the_password() {
        let sent = email().message(&letter(None)).unwrap().formatted();
        let text = String::from_utf8(sent).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        let id = "Message-ID: <0123456789abcdef0123456789abcdef@example.com>";
        assert!(head.contains(id), "{head}");
        assert!(
            head.contains("Date: Sat, 21 Nov 2026 14:02:08 +0000"),
            "{head}"
        );
        let error = email().send(&letter(None)).await.unwrap_err();
        assert_eq!(error.trouble, AlertTrouble::Unreachable, "{error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }

    #[test]
    fn a_file_without_authorities_is_said_to_be_one() {
        let server = |pem: &[u8]| MailServer {
            host: "mail.example.com".into(),
            port: 465,
            tls: MailTls::Tls,
            authority: Some(pem.to_vec()),
            login: None,
            from: "wheelhouse@example.com".into(),
            to: vec!["operator@example.com".into()],
        };
        let broken = b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
        for (pem, words) in [
            (&b"a key"[..], "holds no certificate"),
            (broken, "cannot be read"),
        ] {
            let error = Email::new(server(pem)).err().unwrap();
            assert!(error.to_string().contains(words), "{error}");
        }
    }

    #[tokio::test]
    async fn a_report_is_both_text_and_html() {
        let body = Some(("all is well".to_owned(), "<p>all is well</p>".to_owned()));
        let sent = email().message(&letter(body)).unwrap().formatted();
        let text = String::from_utf8(sent).unwrap();
        for part in ["multipart/alternative", "text/plain", "text/html"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
