//! One look at a site before its name is known everywhere: the name at a given address.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use vocab::Text;

use super::dns;

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

/// Asks for `https://name/` at an address, whatever the name resolves to. The certificate must be for the name and trusted:
/// by the system, or by `authority` (PEM) alone when one is given. No redirect is followed. Says status and protocol.
pub async fn visit(name: &str, address: &str, authority: Option<&[u8]>) -> Result<Text, Text> {
    let address: IpAddr = address
        .parse()
        .map_err(|_| Text::line(format!("{address} is no address")))?;
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
    let status = answer.status();
    if status.is_success() || status.is_redirection() {
        return Ok(Text::line(format!(
            "{} {:?}",
            status.as_u16(),
            answer.version()
        )));
    }
    Err(Text::line(format!("https://{name}/ answers {status}")))
}

/// An error with its causes: the outermost alone says little.
fn said(error: &(dyn std::error::Error + 'static)) -> Text {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let words: Vec<String> = causes.map(ToString::to_string).collect();
    Text::line(words.join(": "))
}
