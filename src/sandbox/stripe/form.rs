//! Parameters as Stripe takes them: form-encoded names with brackets, `items[0][price]=…`, `expand[]=…`.

use serde_json::{Map, Value};

/// Brackets one inside the other.
const DEPTH: usize = 8;

/// Builds nested values. Lists are objects with numbers as keys: only who reads a field knows whether it is a list.
/// None when a name makes no sense.
pub fn nest(pairs: impl IntoIterator<Item = (String, String)>) -> Option<Map<String, Value>> {
    let mut root = Map::new();
    for (name, value) in pairs {
        let path = path(&name)?;
        put(&mut root, &path, value)?;
    }
    Some(root)
}

/// The parts of a name: `items[0][price]` is `items`, `0`, `price`.
fn path(name: &str) -> Option<Vec<&str>> {
    let Some((head, rest)) = name.split_once('[') else {
        return Some(vec![name]);
    };
    let inner = rest.strip_suffix(']')?;
    let path: Vec<&str> = std::iter::once(head).chain(inner.split("][")).collect();
    let whole = !head.is_empty() && !path.iter().any(|part| part.contains(['[', ']']));
    (whole && path.len() <= DEPTH).then_some(path)
}

fn put(into: &mut Map<String, Value>, path: &[&str], value: String) -> Option<()> {
    let (first, rest) = path.split_first()?;
    let key = if first.is_empty() {
        into.len().to_string()
    } else {
        (*first).to_owned()
    };
    if rest.is_empty() {
        into.insert(key, Value::String(value));
        return Some(());
    }
    let inner = into
        .entry(key)
        .or_insert_with(|| Value::Object(Map::new()))
        .as_object_mut()?;
    put(inner, rest, value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nested(text: &str) -> Option<Value> {
        nest(form_urlencoded::parse(text.as_bytes()).into_owned()).map(Value::Object)
    }

    #[test]
    fn brackets_nest() {
        assert_eq!(
            nested(
                "items[0][price]=p&items[0][quantity]=2&items[1][price]=q&expand[]=a&expand[]=b.c&metadata%5Bk%5D=v&name="
            ),
            Some(json!({
                "items": { "0": { "price": "p", "quantity": "2" }, "1": { "price": "q" } },
                "expand": { "0": "a", "1": "b.c" },
                "metadata": { "k": "v" },
                "name": "",
            }))
        );
    }

    #[test]
    fn names_without_sense_are_refused() {
        for text in ["a[b=1", "a[b]c=1", "[a]=1", "a=1&a[b]=2", "a[[b]]=1"] {
            assert_eq!(nested(text), None, "{text}");
        }
        assert_eq!(nested(&format!("a{}=1", "[x]".repeat(DEPTH))), None);
    }
}
