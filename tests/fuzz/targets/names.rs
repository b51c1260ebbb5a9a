//! Names and ids: what is accepted keeps to its grammar, so that no later code has to doubt it.

use vocab::{ContainerId, ContainerKey, NodeName, RunId, ServiceName, UnitName};

use super::oracle::assert_line;

pub fn names(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let refused = [
        NodeName::new(&text)
            .map(|name| assert_word(&text, name.as_str(), 63))
            .err(),
        ServiceName::new(&text)
            .map(|name| assert_word(&text, name.as_str(), 120))
            .err(),
        UnitName::new(&text)
            .map(|name| assert_word(&text, name.as_str(), 255))
            .err(),
        ContainerId::new(&text)
            .map(|id| {
                assert_word(&text, id.as_str(), 64);
                assert_eq!(id.short().len(), 12);
            })
            .err(),
        text.parse::<RunId>()
            .map(|id| assert_eq!(id.to_string().parse(), Ok(id)))
            .err(),
    ];
    for error in refused.iter().flatten() {
        assert_line(&error.given);
    }
    if let Ok(key) = serde_json::from_value::<ContainerKey>(text.as_ref().into()) {
        assert_eq!(
            serde_json::to_value(&key).ok(),
            Some(text.as_ref().into()),
            "it is stored as it was read"
        );
    }
}

/// An accepted name is the text itself, and can be neither an option nor read by a shell.
fn assert_word(text: &str, name: &str, longest: usize) {
    assert_eq!(name, text);
    assert!((1..=longest).contains(&name.len()), "{name:?} is too long");
    assert!(!name.starts_with('-'), "{name:?} is an option");
    assert!(
        name.bytes().all(|byte| byte.is_ascii_graphic()),
        "{name:?} is no word"
    );
    assert!(!name.contains([
        '$', '`', '"', '\'', ';', '&', '|', '<', '>', '(', ')', '*', '?', '!', '#', '~', '{', '}'
    ]));
}
