//! Invoices: made by subscriptions, then charged or sent. <https://docs.stripe.com/api/invoices>

mod calls;
mod collect;
mod shape;

/// Why an invoice was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A subscription began.
    Create,
    /// A period began.
    Cycle,
}

impl Reason {
    /// As the API writes it.
    const fn name(self) -> &'static str {
        match self {
            Self::Create => "subscription_create",
            Self::Cycle => "subscription_cycle",
        }
    }
}
