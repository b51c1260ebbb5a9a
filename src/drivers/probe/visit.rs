//! One look at a site before its name is known everywhere: the name at a given address.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use reqwest::StatusCode;
use vocab::{ProbeDetail, Text, Time};

use super::trust::Trust;
use super::{certificate, dns, tls};

/// How long one look may take.
const WITHIN: Duration = Duration::from_secs(10);

/// Whether a name resolves to an address, asked of a name server or of the system's own. The error says what it is instead.
pub async fn resolves(name: &str, address: &str, server: Option<SocketAddr>) -> Result<(), Text> {
    let server = server.map(|server| server.to_string());
    dns::probe(name, server.as_deref(), Some(address), WITHIN)
        .await
        .map(drop)
        .map_err(|failure| failure.text)
}

/// Where a name leads that does not lead to an address, in words; `None` when it does, or when it is not to be told now.
pub async fn leads_elsewhere(
    name: &str,
    address: &str,
    server: Option<SocketAddr>,
) -> Option<Text> {
    let wanted: IpAddr = address.parse().ok()?;
    let server = server.map(|server| server.to_string());
    let found = dns::probe(name, server.as_deref(), None, WITHIN).await;
    let Ok(ProbeDetail::Dns { addresses }) = found else {
        return None;
    };
    if addresses.iter().any(|found| found.parse() == Ok(wanted)) {
        return None;
    }
    let found: Vec<&str> = addresses.iter().map(Text::as_str).collect();
    let words = format!(
        "{name} leads to {}, its server is {wanted}",
        found.join(", ")
    );
    Some(Text::line(words))
}

/// Asks for `https://name/` at an address, whatever the name resolves to. The certificate must be for the name and trusted:
/// by the system, or by `authority` (PEM) alone when one is given. No redirect is followed. Says status and protocol.
pub async fn visit(name: &str, address: &str, authority: Option<&[u8]>) -> Result<Text, Text> {
    let (status, words) = ask(name, address, authority).await?;
    if status.is_success() || status.is_redirection() {
        return Ok(words);
    }
    Err(Text::line(format!("https://{name}/ answers {status}")))
}

/// The same for a site that is closed for the time being: it must answer that it is (503, RFC 9110 section 15.6.4).
pub async fn visit_closed(
    name: &str,
    address: &str,
    authority: Option<&[u8]>,
) -> Result<Text, Text> {
    let (status, words) = ask(name, address, authority).await?;
    if status == StatusCode::SERVICE_UNAVAILABLE {
        return Ok(words);
    }
    Err(Text::line(format!("https://{name}/ answers {status}")))
}

async fn ask(
    name: &str,
    address: &str,
    authority: Option<&[u8]>,
) -> Result<(StatusCode, Text), Text> {
    let address = parsed(address)?;
    let mut client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(WITHIN)
        .resolve(name, SocketAddr::new(address, 443));
    if let Some(authority) = authority {
        let certificate = reqwest::Certificate::from_pem(authority)
            .map_err(|_| Text::line("the web server's own authority cannot be read"))?;
        client = client.tls_certs_only([certificate]);
    }
    let client = client.build().map_err(|error| said(&error))?;
    let answer = client
        .get(format!("https://{name}/"))
        .send()
        .await
        .map_err(|error| said(&error))?;
    let words = format!("{} {:?}", answer.status().as_u16(), answer.version());
    Ok((answer.status(), Text::line(words)))
}

/// The certificate a server shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Its serial number, in hexadecimal: another one is another certificate.
    pub serial: Text,
    /// Until when it is good.
    pub until: Time,
}

/// The certificate shown for `name` at an address, whoever has signed it.
pub async fn served(name: &str, address: &str) -> Result<Served, Text> {
    let address = parsed(address)?.to_string();
    let trust = Trust::default();
    let shaking = tls::chain(&trust, &address, 443, name);
    let chain = tokio::time::timeout(WITHIN, shaking)
        .await
        .map_err(|_| Text::line(format!("{address} did not answer within 10 s")))?
        .map_err(|failure| failure.text)?;
    let leaf = chain
        .first()
        .ok_or_else(|| Text::line("the server shows no certificate"))?;
    let until = certificate::read(leaf)
        .map_err(|failure| failure.text)?
        .until;
    let serial = certificate::serial(leaf).map_err(|failure| failure.text)?;
    Ok(Served { serial, until })
}

fn parsed(address: &str) -> Result<IpAddr, Text> {
    address
        .parse()
        .map_err(|_| Text::line(format!("{address} is no address")))
}

/// An error with its causes: the outermost alone says little.
fn said(error: &(dyn std::error::Error + 'static)) -> Text {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let words: Vec<String> = causes.map(ToString::to_string).collect();
    Text::line(words.join(": "))
}
