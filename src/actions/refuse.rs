//! Refusals: why a wish cannot become a plan, in words that say how to mend it, without secrets.

use world::{Refusal, RefusalKind};

/// The thing does not exist (any more).
pub(crate) fn not_found(text: impl AsRef<str>) -> Refusal {
    refusal(RefusalKind::NotFound, text.as_ref())
}

/// There is nothing to do.
pub(crate) fn needless(text: impl AsRef<str>) -> Refusal {
    refusal(RefusalKind::Needless, text.as_ref())
}

/// Its state does not allow it, or there is nothing to do.
pub(crate) fn conflict(text: impl AsRef<str>) -> Refusal {
    refusal(RefusalKind::Conflict, text.as_ref())
}

/// Its node or engine cannot be reached.
pub(crate) fn unreachable(text: impl AsRef<str>) -> Refusal {
    refusal(RefusalKind::Unreachable, text.as_ref())
}

/// The wish itself makes no sense.
pub(crate) fn invalid(text: impl AsRef<str>) -> Refusal {
    refusal(RefusalKind::Invalid, text.as_ref())
}

/// One refusal for several targets of which none is left: the kind of the first, the words of the first few.
pub(crate) fn all_of(refusals: &[Refusal]) -> Refusal {
    match refusals {
        [] => invalid("nothing is chosen: name or mark something first"),
        [first, ..] => {
            let words = refusals.iter().map(|refusal| refusal.text.as_str());
            refusal(first.kind, &crate::words::list(words, 3, "; "))
        }
    }
}

fn refusal(kind: RefusalKind, text: &str) -> Refusal {
    Refusal::new(kind, vocab::mask::mask(text))
}
