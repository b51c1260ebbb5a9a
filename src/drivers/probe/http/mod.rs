//! The HTTP probe: a GET, its status and the beginning of its body; over https also the certificate.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::tls::TlsInfo;
use reqwest::{Client, Response, StatusCode, Url, redirect};
use vocab::{Bytes, Certificate, ProbeDetail, ProbeTrouble};

use super::failure::{Failure, Found, causes, root_words};
use super::{Prober, certificate, dial, tls};
use crate::clock;

/// By which visits from here are told from those of others, in the log of a site's web server too.
const AGENT: &str = concat!("wheelhouse/", env!("CARGO_PKG_VERSION"));

/// So many redirects are followed.
const MOST_REDIRECTS: usize = 3;

/// So much of a body is read, uncompressed.
const MOST_BODY: usize = 64 * 1024;

/// What is right.
pub enum Wanted<'a> {
    /// A page.
    Page {
        /// The one status that is right; any 2xx or 3xx unless given.
        status: Option<u16>,
        /// What must be in the first 64 KB of the body.
        contains: Option<&'a str>,
    },
    /// Anything but a server's own error (5xx): the program behind the port lives. Redirects are not followed.
    AnyAnswer,
}

impl Wanted<'_> {
    /// A redirect is followed unless it is what is wanted.
    fn follows(&self) -> bool {
        match self {
            Self::Page { status, .. } => !status.is_some_and(|status| (300..400).contains(&status)),
            Self::AnyAnswer => false,
        }
    }

    fn takes(&self, got: StatusCode) -> bool {
        match self {
            Self::Page {
                status: Some(status),
                ..
            } => got.as_u16() == *status,
            Self::Page { status: None, .. } => got.is_success() || got.is_redirection(),
            Self::AnyAnswer => !got.is_server_error(),
        }
    }

    /// Why a status is not taken.
    fn refusal(&self, got: StatusCode) -> Failure {
        let wanted = match self {
            Self::Page {
                status: Some(status),
                ..
            } => format!(", not {status}"),
            Self::Page { status: None, .. } => ", not 2xx or 3xx".to_owned(),
            Self::AnyAnswer => String::new(),
        };
        // A login that is asked for where none was expected is a matter of permission, whatever else it may be.
        let denied = matches!(got.as_u16(), 401 | 403 | 407)
            && matches!(self, Self::Page { status: None, .. });
        let trouble = if denied {
            ProbeTrouble::Denied
        } else {
            ProbeTrouble::WrongAnswer
        };
        let reason = got
            .canonical_reason()
            .map(|reason| format!(" {reason}"))
            .unwrap_or_default();
        Failure::new(trouble, format!("answers {}{reason}{wanted}", got.as_u16()))
    }
}

/// Asks for the URL. The certificate is that of the URL itself, not of where it redirects to.
pub async fn probe(prober: &Prober, url: &str, wanted: &Wanted<'_>) -> Found {
    let client = prober.http.get_or_try_init(|| client(prober)).await?;
    let mut url = parse(url)?;
    let mut first_certificate: Option<Certificate> = None;
    for hop in 0.. {
        let response = match client.get(url.clone()).send().await {
            Ok(response) => response,
            Err(error) => return Err(unanswered(prober, &url, &error).await),
        };
        if hop == 0 {
            first_certificate = shown_certificate(&response);
        }
        match redirection(&response).filter(|_| wanted.follows()) {
            None => return answered(response, wanted, first_certificate).await,
            Some(_) if hop == MOST_REDIRECTS => {
                let text = format!(
                    "redirects more than {MOST_REDIRECTS} times, the last from {url}: it may go in circles"
                );
                return Err(Failure::new(ProbeTrouble::WrongAnswer, text));
            }
            Some(to) => url = parse(&to)?,
        }
    }
    Err(Failure::new(ProbeTrouble::Other, "redirects without end"))
}

/// Asks for the URL at an address, whatever its name resolves to. The certificate must be for the name and trusted: by the
/// system, or by `authority` (PEM) alone when one is given. Redirects are right and not followed.
pub async fn probe_at(
    url: &str,
    address: SocketAddr,
    authority: Option<&[u8]>,
    wanted: &Wanted<'_>,
) -> Found {
    let url = parse(url)?;
    let name = url.host_str().unwrap_or_default();
    let set_up = |error: &reqwest::Error| {
        let words = format!("HTTP cannot be set up: {}", root_words(error));
        Failure::new(ProbeTrouble::CouldNotTry, words)
    };
    let mut client = Client::builder()
        .no_proxy()
        .tls_info(true)
        .redirect(redirect::Policy::none())
        .user_agent(AGENT)
        .resolve(name, address);
    if let Some(authority) = authority {
        let certificate = reqwest::Certificate::from_pem(authority).map_err(|_| {
            let words = "the web server's own authority cannot be read";
            Failure::new(ProbeTrouble::CouldNotTry, words)
        })?;
        client = client.tls_certs_only([certificate]);
    }
    let client = client.build().map_err(|error| set_up(&error))?;
    match client.get(url).send().await {
        Ok(response) => {
            let certificate = shown_certificate(&response);
            answered(response, wanted, certificate).await
        }
        Err(error) => Err(match cause(&address.to_string(), &error) {
            Cause::Plain(failure) => failure,
            Cause::Unresolved(error) => Failure::new(ProbeTrouble::NameUnknown, error.to_string()),
            Cause::Refused(words) => Failure::new(
                ProbeTrouble::Tls,
                format!("the TLS handshake with {address} failed: {words}"),
            ),
        }),
    }
}

/// Settings of the one client: no memory of connections, so each probe proves name, route and handshake anew.
async fn client(prober: &Prober) -> Result<Client, Failure> {
    let mut tls = prober.trust.strict().await?;
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Client::builder()
        .tls_backend_preconfigured(tls)
        .tls_info(true)
        .pool_max_idle_per_host(0)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .user_agent(AGENT)
        // A net under the caller's own deadline, which is shorter.
        .timeout(Duration::from_mins(2))
        .build()
        .map_err(|error| {
            Failure::new(
                ProbeTrouble::CouldNotTry,
                format!("HTTP cannot be set up: {}", root_words(&error)),
            )
        })
}

fn parse(url: &str) -> Result<Url, Failure> {
    match Url::parse(url) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(Failure::new(
            ProbeTrouble::CouldNotTry,
            format!("\"{url}\" is no http:// or https:// address"),
        )),
    }
}

/// Where a response redirects to, whole; `None` when it does not.
fn redirection(response: &Response) -> Option<String> {
    let redirects = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = response.headers().get(LOCATION).filter(|_| redirects)?;
    let location = String::from_utf8_lossy(location.as_bytes());
    Some(
        response
            .url()
            .join(&location)
            .map_or_else(|_| location.to_string(), Into::into),
    )
}

/// The certificate of a connection that was made, so it is trusted and for that name.
fn shown_certificate(response: &Response) -> Option<Certificate> {
    let der = response.extensions().get::<TlsInfo>()?.peer_certificate()?;
    let certificate = certificate::read(der).ok()?;
    Some(Certificate {
        trusted: true,
        name_matches: true,
        ..certificate
    })
}

/// Judges status and body.
async fn answered(
    mut response: Response,
    wanted: &Wanted<'_>,
    certificate: Option<Certificate>,
) -> Found {
    let got = response.status();
    if !wanted.takes(got) {
        return Err(wanted.refusal(got));
    }
    let mut body: Vec<u8> = Vec::new();
    while body.len() < MOST_BODY {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                body.extend_from_slice(&chunk[..chunk.len().min(MOST_BODY - body.len())]);
            }
            Ok(None) => break,
            Err(error) => {
                let text = format!(
                    "answers {} but breaks off in the body: {}",
                    got.as_u16(),
                    root_words(&error)
                );
                return Err(Failure::new(ProbeTrouble::WrongAnswer, text));
            }
        }
    }
    if let Wanted::Page {
        contains: Some(words),
        ..
    } = wanted
        && !String::from_utf8_lossy(&body).contains(words)
    {
        let read = body.len();
        let text = format!(
            "answers {} but \"{words}\" is not in the {read} bytes read of its body",
            got.as_u16()
        );
        return Err(Failure::new(ProbeTrouble::WrongAnswer, text));
    }
    Ok(ProbeDetail::Http {
        status: got.as_u16(),
        body: Bytes(body.len() as u64),
        certificate: certificate.map(Box::new),
    })
}

/// What an error without a response comes down to.
enum Cause {
    /// Known as it is.
    Plain(Failure),
    /// TLS: the client only says that it refused.
    Refused(String),
    /// The name does not resolve.
    Unresolved(std::io::Error),
}

/// Why no response came.
async fn unanswered(prober: &Prober, url: &Url, error: &reqwest::Error) -> Failure {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    let target = format!("{host}:{port}");
    match cause(&target, error) {
        Cause::Plain(failure) => failure,
        Cause::Unresolved(error) => Failure::unresolved(host, &error, dial::has_route().await),
        Cause::Refused(words) => {
            // A second look says what is wrong, and until when.
            if let Ok(certificate) = tls::look(&prober.trust, host, port, host).await
                && let Some(failure) = certificate::fault(&certificate, host, clock::now())
            {
                return failure;
            }
            Failure::new(
                ProbeTrouble::Tls,
                format!("the TLS handshake with {target} failed: {words}"),
            )
        }
    }
}

/// Finds the telling one among the causes of an error.
fn cause(target: &str, error: &reqwest::Error) -> Cause {
    if error.is_timeout() {
        return Cause::Plain(Failure::new(
            ProbeTrouble::Timeout,
            format!("{target} does not answer"),
        ));
    }
    for cause in causes(error) {
        if let Some(refused) = cause.downcast_ref::<rustls::Error>() {
            return Cause::Refused(refused.to_string());
        }
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            let words = io.to_string();
            if words.contains("failed to lookup address") {
                return Cause::Unresolved(std::io::Error::other(words));
            }
            if io.get_ref().is_none() {
                let failure = Failure::from_io(target, io);
                let is_cut = failure.trouble == ProbeTrouble::WrongAnswer;
                // Who hangs up before a request was made has answered nothing, neither well nor wrongly.
                return Cause::Plain(if is_cut && error.is_connect() {
                    Failure::new(ProbeTrouble::Other, failure.text)
                } else {
                    failure
                });
            }
        }
    }
    let trouble = if error.is_connect() {
        ProbeTrouble::Other
    } else {
        ProbeTrouble::WrongAnswer
    };
    let words = root_words(error);
    Cause::Plain(Failure::new(
        trouble,
        format!("{target} does not answer as HTTP should: {words}"),
    ))
}

#[cfg(test)]
mod tests;
