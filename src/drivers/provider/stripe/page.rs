//! Lists in pages, newest first.

use serde::de::DeserializeOwned;

use super::Stripe;
use super::model::List;
use crate::provider::call::Call;
use crate::provider::error::Fault;
use crate::provider::{ObjectId, Read};

/// Objects on a page. The API has up to 100, but a page of long invoices must stay below 1 MB.
const PAGE: u32 = 50;

/// The most pages that are read.
const MOST_PAGES: u32 = 200;

/// What a list is made of.
pub(super) trait Listed {
    /// By which the next page is asked for.
    fn id(&self) -> &ObjectId;
}

impl Stripe {
    /// All objects of a list; fails as a whole when a page does.
    pub(super) async fn all<T: DeserializeOwned + Listed>(
        &self,
        call: impl Fn() -> Call,
    ) -> Read<Vec<T>> {
        let mut found: Vec<T> = Vec::new();
        for _ in 0..MOST_PAGES {
            let last = found.last().map(|object| object.id().clone());
            let call = call()
                .query("limit", &PAGE)
                .query_if("starting_after", last.as_ref());
            let page: List<T> = self.transport.read(call).await?;
            let more = page.has_more && !page.data.is_empty();
            found.extend(page.data);
            if !more {
                return Ok(found);
            }
            if found.last().map(Listed::id) == last.as_ref() {
                break;
            }
        }
        Err(self
            .transport
            .error(Fault::Unreadable, "a list that does not end"))
    }
}
