//! Lists in pages.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Hetzner;
use crate::provider::Read;
use crate::provider::call::Call;
use crate::provider::error::Fault;

/// Objects on a page; the API's most.
pub(super) const PAGE: u32 = 50;

/// The most pages that are read: a list that never ends is no list.
const MOST_PAGES: u32 = 200;

impl Hetzner {
    /// All objects of a list that stands under `name`; fails as a whole when a page does.
    pub(super) async fn all<T: DeserializeOwned>(
        &self,
        name: &'static str,
        call: impl Fn() -> Call,
    ) -> Read<Vec<T>> {
        let unreadable = |words: &str| {
            self.transport
                .error(Fault::Unreadable, format!("the list of {name}: {words}"))
        };
        let mut found = Vec::new();
        for page in 1..=MOST_PAGES {
            let call = call().query("page", &page).query("per_page", &PAGE);
            let mut read: Value = self.transport.read(call).await?;
            let next = read
                .pointer("/meta/pagination/next_page")
                .and_then(Value::as_u64);
            let list = read
                .get_mut(name)
                .map(Value::take)
                .ok_or_else(|| unreadable("is missing"))?;
            let objects: Vec<T> =
                serde_json::from_value(list).map_err(|error| unreadable(&error.to_string()))?;
            found.extend(objects);
            match next {
                None => return Ok(found),
                Some(next) if next == u64::from(page) + 1 => {}
                Some(_) => return Err(unreadable("its pages are not in order")),
            }
        }
        Err(unreadable("does not end"))
    }
}
