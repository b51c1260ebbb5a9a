//! Pages of lists. Past the end comes an empty page, never an error: the official client asks for pages until one is
//! empty.

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use crate::exchange::Request;

/// A page of a list.
#[derive(Debug)]
pub struct Page {
    /// What is on it.
    pub items: Vec<Value>,
    number: usize,
    size: usize,
    total: usize,
}

impl Page {
    /// The page that `request` asks for. What is out of range is brought into it.
    pub fn of(
        request: &Request,
        all: Vec<Value>,
        sizes: &RangeInclusive<usize>,
        usual: usize,
    ) -> Self {
        let number = |name| request.field(name).and_then(|text| text.parse().ok());
        let size: usize = number("per_page")
            .unwrap_or(usual)
            .clamp(*sizes.start(), *sizes.end());
        let page: usize = number("page").unwrap_or(1).max(1);
        let total = all.len();
        let skipped = size.saturating_mul(page - 1);
        Self {
            items: all.into_iter().skip(skipped).take(size).collect(),
            number: page,
            size,
            total,
        }
    }

    /// The `result_info` beside it.
    pub fn info(&self) -> Value {
        json!({
            "page": self.number,
            "per_page": self.size,
            "count": self.items.len(),
            "total_count": self.total,
            "total_pages": self.total.div_ceil(self.size),
        })
    }
}
