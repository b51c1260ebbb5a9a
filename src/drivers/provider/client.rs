//! A client of one provider: its calls are in the provider's folder, the way out under them is one.

use std::marker::PhantomData;

use super::access::Access;
use super::dialect::Dialect;
use super::error::ProviderError;
use super::transport::Transport;

/// What tells one provider's client from another's.
pub trait Api {
    /// How it speaks.
    const DIALECT: &'static Dialect;
}

/// What a token of a provider reaches. Cheap to clone.
pub struct Client<A> {
    pub(super) transport: Transport,
    api: PhantomData<A>,
}

impl<A> Clone for Client<A> {
    fn clone(&self) -> Self {
        Self::over(self.transport.clone())
    }
}

impl<A: Api> Client<A> {
    /// Fails when the address or the token cannot be used; nothing is sent.
    pub fn new(access: Access) -> Result<Self, ProviderError> {
        Transport::new(A::DIALECT, access).map(Self::over)
    }
}

impl<A> Client<A> {
    const fn over(transport: Transport) -> Self {
        Self {
            transport,
            api: PhantomData,
        }
    }

    /// For work nobody waits for: at most half of the quota.
    #[must_use]
    pub fn for_background(&self) -> Self {
        Self::over(self.transport.for_background())
    }

    /// The way out, for its quota and its waits.
    pub const fn transport(&self) -> &Transport {
        &self.transport
    }
}
