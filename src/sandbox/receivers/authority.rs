//! An authority of the sandbox's own, made at its start, and the certificate by which its mail server is known.

use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// The authority's certificate, and what shakes hands with one that it signed.
pub struct Authority {
    /// Its certificate as PEM.
    pub certificate: String,
    /// A server's side of TLS.
    pub acceptor: TlsAcceptor,
}

impl Authority {
    /// A new one, with a certificate for this address. Fails with the reason when there is no randomness for keys.
    pub fn new(address: IpAddr) -> Result<Self, String> {
        let made = || -> Result<(String, ServerConfig), Box<dyn std::error::Error>> {
            let key = KeyPair::generate()?;
            let mut params = CertificateParams::new(Vec::new())?;
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params
                .distinguished_name
                .push(DnType::CommonName, "Wheelhouse Sandbox");
            let certificate = params.self_signed(&key)?.pem();
            let issuer = Issuer::new(params, key);
            let key = KeyPair::generate()?;
            let leaf = CertificateParams::new(vec![address.to_string()])?;
            let leaf = leaf.signed_by(&key, &issuer)?.der().clone();
            let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
            let provider = Arc::new(aws_lc_rs::default_provider());
            let config = ServerConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()?
                .with_no_client_auth()
                .with_single_cert(vec![leaf], key)?;
            Ok((certificate, config))
        };
        let (certificate, config) = made().map_err(|error| error.to_string())?;
        Ok(Self {
            certificate,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }
}
