//! Whom this machine trusts: the system's roots, read once, and the TLS settings made of them.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;
use tokio::sync::OnceCell;
use vocab::ProbeTrouble;

use super::failure::Failure;

/// The roots of trust: the system's, and any further ones given.
pub struct Trust {
    provider: Arc<CryptoProvider>,
    further_roots: Vec<CertificateDer<'static>>,
    verifier: OnceCell<Arc<Verifier>>,
}

impl Default for Trust {
    fn default() -> Self {
        Self::with_roots(Vec::new())
    }
}

impl Trust {
    /// With further roots beside the system's own.
    pub fn with_roots(further_roots: Vec<CertificateDer<'static>>) -> Self {
        Self {
            provider: Arc::new(aws_lc_rs::default_provider()),
            further_roots,
            verifier: OnceCell::new(),
        }
    }

    /// The judge of chains. Reads the system's files when first asked, and again as long as that fails.
    pub async fn verifier(&self) -> Result<Arc<Verifier>, Failure> {
        let made = self.verifier.get_or_try_init(|| async {
            let (roots, provider) = (self.further_roots.clone(), Arc::clone(&self.provider));
            let read = tokio::task::spawn_blocking(move || {
                Verifier::new_with_extra_roots(roots, provider)
            })
            .await;
            match read {
                Ok(Ok(verifier)) => Ok(Arc::new(verifier)),
                Ok(Err(error)) => Err(no_roots(&error.to_string())),
                Err(error) => Err(no_roots(&error.to_string())),
            }
        });
        made.await.cloned()
    }

    /// Settings of a client that refuses what it does not trust.
    pub async fn strict(&self) -> Result<ClientConfig, Failure> {
        self.config(self.verifier().await?)
    }

    /// Settings of a client that takes any certificate: to look at it, and for links whose other side is known by
    /// other means. The server must still prove that it holds the certificate's key.
    pub fn lenient(&self) -> Result<ClientConfig, Failure> {
        self.config(Arc::new(AnyCertificate(Arc::clone(&self.provider))))
    }

    fn config(&self, verifier: Arc<dyn ServerCertVerifier>) -> Result<ClientConfig, Failure> {
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| {
                Failure::new(
                    ProbeTrouble::CouldNotTry,
                    format!("TLS cannot be set up: {error}"),
                )
            })?;
        Ok(builder
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth())
    }
}

/// This machine has no roots to judge by.
fn no_roots(why: &str) -> Failure {
    Failure::new(
        ProbeTrouble::CouldNotTry,
        format!(
            "this machine has no list of trusted certificate authorities: install ca-certificates ({why})"
        ),
    )
}

/// Takes any certificate, checks every signature.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
