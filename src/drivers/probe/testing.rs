//! Counterparts for the probes' tests: HTTP and TLS servers on loopback, certificates made on the spot, and the specs
//! and probers to go with them.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use vocab::{Access, ProbeKind, ServiceName, ServiceSpec, Span};

use super::Prober;
use super::trust::Trust;

/// A spec of a kind with a timeout; the rest does not matter to a single probe.
pub fn spec(probe: ProbeKind, timeout: Span) -> ServiceSpec {
    ServiceSpec {
        name: ServiceName::new("test").unwrap(),
        node: None,
        container: None,
        probe,
        access: Access::Internal,
        every: Span::seconds(15),
        timeout,
        slow: Span::seconds(1),
        failures: 2,
        window: 3,
        discovered: false,
    }
}

/// A prober that trusts an authority beside the system's own.
pub fn trusting(authority: &Authority) -> Prober {
    Prober {
        trust: Trust::with_roots(vec![authority.root()]),
        ..Prober::default()
    }
}

/// A port of 127.0.0.1 where nothing listens.
pub async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// A server that runs until it is dropped.
pub struct Server {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    task: AbortHandle,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Answers the nth connection's request with the nth text, the last one again and again, then hangs up.
pub async fn http_server(answers: Vec<String>) -> Server {
    serve(answers, None).await
}

/// The same over TLS.
pub async fn https_server(identity: &Identity, answers: Vec<String>) -> Server {
    serve(answers, Some(identity)).await
}

/// Shakes hands and hangs up.
pub async fn tls_server(identity: &Identity) -> Server {
    serve(Vec::new(), Some(identity)).await
}

async fn serve(answers: Vec<String>, identity: Option<&Identity>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = identity.map(Identity::acceptor);
    let task = tokio::spawn(async move {
        let mut answers = answers.into_iter();
        let mut answer = String::new();
        while let Ok((stream, _)) = listener.accept().await {
            answer = answers.next().unwrap_or(answer);
            match &acceptor {
                None => exchange(stream, &answer).await,
                // A client that refuses the certificate and looks again is part of the tests.
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        exchange(stream, &answer).await;
                    }
                }
            }
        }
    });
    Server {
        port,
        task: task.abort_handle(),
    }
}

/// Reads a request's head and writes the answer.
async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &str) {
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match tokio::time::timeout(Duration::from_millis(500), stream.read(&mut piece)).await {
            Ok(Ok(read)) if read > 0 => head.extend_from_slice(&piece[..read]),
            _ => break,
        }
    }
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// A certificate authority of its own.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    root: CertificateDer<'static>,
}

/// A server's certificate and key.
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    /// Certificate and key as PEM, for servers that read files.
    pub pem: (String, String),
}

impl Identity {
    fn new(certificate: &Certificate, key: KeyPair) -> Self {
        let pem = (certificate.pem(), key.serialize_pem());
        Self {
            chain: vec![certificate.der().clone()],
            key: key.into(),
            pem,
        }
    }

    fn acceptor(&self) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), self.key.clone_key())
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

impl Authority {
    /// A new one.
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "Test Authority");
        let root = params.self_signed(&key).unwrap().der().clone();
        Self {
            issuer: Issuer::new(params, key),
            root,
        }
    }

    /// Its own certificate.
    pub fn root(&self) -> CertificateDer<'static> {
        self.root.clone()
    }

    /// A certificate for a name, valid from and until so many days from now.
    pub fn issue(&self, name: &str, days: Range<i64>) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut params = leaf(name);
        params.not_before = day(days.start).into();
        params.not_after = day(days.end).into();
        Identity::new(&params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    /// A certificate that nobody signed but itself.
    pub fn self_signed(name: &str) -> Identity {
        let key = KeyPair::generate().unwrap();
        Identity::new(&leaf(name).self_signed(&key).unwrap(), key)
    }
}

fn leaf(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn day(from_now: i64) -> SystemTime {
    let span = Duration::from_secs(from_now.unsigned_abs() * 86_400);
    if from_now < 0 {
        SystemTime::now() - span
    } else {
        SystemTime::now() + span
    }
}
