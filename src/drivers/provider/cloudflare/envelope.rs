//! The envelope around every answer, and lists in pages.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Cloudflare;
use super::failure::{ErrorEntry, classified};
use crate::provider::call::Call;
use crate::provider::error::{Fault, ProviderError};
use crate::provider::{Answer, Read};

/// The most pages that are read.
const MOST_PAGES: u32 = 200;

/// What every answer looks like.
#[derive(Deserialize)]
struct Envelope<T> {
    success: bool,
    #[serde(default)]
    errors: Vec<ErrorEntry>,
    result: Option<T>,
    result_info: Option<Info>,
}

#[derive(Deserialize)]
struct Info {
    total_pages: Option<u32>,
}

/// How an envelope can disappoint.
enum Disappointment {
    /// It says that nothing was done.
    Refused(ProviderError),
    /// It says nothing.
    Empty(ProviderError),
}

impl Cloudflare {
    /// A call that changes nothing.
    pub(super) async fn read<T: DeserializeOwned>(&self, call: Call) -> Read<T> {
        let envelope = self.transport.read(call).await?;
        match self.opened(envelope) {
            Ok((result, _)) => Ok(result),
            Err(Disappointment::Refused(error) | Disappointment::Empty(error)) => Err(error),
        }
    }

    /// A call that changes something.
    pub(super) async fn change<T: DeserializeOwned>(&self, call: Call) -> Answer<T> {
        match self.transport.change(call).await {
            Answer::Done(envelope) => match self.opened(envelope) {
                Ok((result, _)) => Answer::Done(result),
                Err(Disappointment::Refused(error)) => Answer::Not(error),
                Err(Disappointment::Empty(error)) => Answer::Unknown(error),
            },
            Answer::Not(error) => Answer::Not(error),
            Answer::Unknown(error) => Answer::Unknown(error),
        }
    }

    /// All objects of a list; fails as a whole when a page does. A page past the end is empty.
    pub(super) async fn all<T: DeserializeOwned>(
        &self,
        per_page: u32,
        call: impl Fn() -> Call,
    ) -> Read<Vec<T>> {
        let mut found = Vec::new();
        for page in 1..=MOST_PAGES {
            let call = call().query("page", &page).query("per_page", &per_page);
            let envelope = self.transport.read(call).await?;
            let (objects, pages): (Vec<T>, _) = match self.opened(envelope) {
                Ok(opened) => opened,
                Err(Disappointment::Refused(error) | Disappointment::Empty(error)) => {
                    return Err(error);
                }
            };
            let last = objects.is_empty() || pages.is_some_and(|pages| page >= pages);
            found.extend(objects);
            if last {
                return Ok(found);
            }
        }
        Err(self
            .transport
            .error(Fault::Unreadable, "a list that does not end"))
    }

    /// What is in an envelope, and how many pages there are.
    fn opened<T>(&self, envelope: Envelope<T>) -> Result<(T, Option<u32>), Disappointment> {
        if !envelope.success {
            let read = classified(400, &envelope.errors);
            let mut error = self.transport.error(read.fault, read.message);
            error.code = read.code.into();
            return Err(Disappointment::Refused(error));
        }
        let pages = envelope.result_info.and_then(|info| info.total_pages);
        match envelope.result {
            Some(result) => Ok((result, pages)),
            None => Err(Disappointment::Empty(
                self.transport
                    .error(Fault::Unreadable, "an answer without a result"),
            )),
        }
    }
}
