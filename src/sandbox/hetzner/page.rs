//! Lists: sorted, cut into pages, with `meta` and a `Link` header
//! (<https://docs.hetzner.cloud/reference/cloud#pagination>).

use serde_json::{Value, json};

use super::refusal::{Refusal, Result};
use crate::exchange::{Request, Response};

/// Entries a page when nothing is said.
const USUAL: usize = 25;

/// Entries a page at most. More is taken as this.
const MOST: usize = 50;

/// The page of `entries` that the request asks for, under the key `name`, sorted as it asks.
pub fn list(request: &Request, name: &str, mut entries: Vec<Value>) -> Result<Response> {
    sort(request, &mut entries)?;
    let page = number(request, "page")?.unwrap_or(1);
    let per_page = number(request, "per_page")?.unwrap_or(USUAL).min(MOST);
    let total = entries.len();
    let last = total.div_ceil(per_page).max(1);
    let shown: Vec<Value> = entries
        .into_iter()
        .skip((page - 1).saturating_mul(per_page))
        .take(per_page)
        .collect();
    let previous = (page > 1).then(|| page - 1);
    let next = (page < last).then(|| page + 1);
    let mut response = Response::json(
        200,
        json!({
            name: shown,
            "meta": {"pagination": {
                "page": page,
                "per_page": per_page,
                "previous_page": previous,
                "next_page": next,
                "last_page": last,
                "total_entries": total,
            }},
        }),
    );
    let link = |page: Option<usize>, relation: &str| {
        page.map(|page| {
            format!(
                "<{}?page={page}&per_page={per_page}>; rel=\"{relation}\"",
                request.path
            )
        })
    };
    let links = [
        link(previous, "prev"),
        link(next, "next"),
        link(Some(last), "last"),
    ];
    let links: Vec<String> = links.into_iter().flatten().collect();
    response.headers.push(("Link".into(), links.join(", ")));
    Ok(response)
}

fn number(request: &Request, field: &str) -> Result<Option<usize>> {
    request
        .field(field)
        .map(|text| {
            text.parse()
                .ok()
                .filter(|number| (1..=1_000_000).contains(number))
                .ok_or_else(|| Refusal::invalid(field, "must be a number of at least 1"))
        })
        .transpose()
}

/// Sorts by every `sort` field of the query, the first one weighing most. Without any, by id.
fn sort(request: &Request, entries: &mut [Value]) -> Result<()> {
    entries.sort_by_key(|entry| entry["id"].as_u64());
    let fields = request.query.iter().filter(|(name, _)| name == "sort");
    for (_, wish) in fields.rev() {
        let (key, direction) = wish.split_once(':').unwrap_or((wish, "asc"));
        if !["id", "name", "created", "command", "status", "started"].contains(&key)
            || !["asc", "desc"].contains(&direction)
        {
            return Err(Refusal::invalid("sort", "is not a valid choice"));
        }
        entries.sort_by(|one, other| {
            let order = match (&one[key], &other[key]) {
                (Value::Number(one), Value::Number(other)) => one.as_u64().cmp(&other.as_u64()),
                (one, other) => one.as_str().cmp(&other.as_str()),
            };
            if direction == "desc" {
                order.reverse()
            } else {
                order
            }
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hetzner::testing::get;

    fn entries(count: u64) -> Vec<Value> {
        (1..=count)
            .map(|id| json!({"id": id, "name": format!("n{}", count - id)}))
            .collect()
    }

    fn body(path: &str, count: u64) -> Value {
        list(&get(path), "things", entries(count))
            .unwrap()
            .body
            .unwrap()
    }

    #[test]
    fn pages_end() {
        let first = body("/things", 60);
        assert_eq!(first["things"].as_array().unwrap().len(), 25);
        assert_eq!(first["meta"]["pagination"]["next_page"], 2);
        assert_eq!(first["meta"]["pagination"]["previous_page"], Value::Null);
        let last = body("/things?page=2&per_page=200", 60);
        assert_eq!(last["things"].as_array().unwrap().len(), 10);
        assert_eq!(last["meta"]["pagination"]["next_page"], Value::Null);
        assert_eq!(last["meta"]["pagination"]["total_entries"], 60);
        let beyond = body("/things?page=9", 3);
        assert_eq!(beyond["things"], json!([]));
        assert_eq!(beyond["meta"]["pagination"]["next_page"], Value::Null);
    }

    #[test]
    fn a_list_is_sorted_as_asked() {
        assert_eq!(body("/things?sort=name", 3)["things"][0]["id"], 3);
        assert_eq!(body("/things?sort=id:desc", 3)["things"][0]["id"], 3);
        assert!(list(&get("/things?sort=colour"), "things", Vec::new()).is_err());
        assert!(list(&get("/things?page=0"), "things", Vec::new()).is_err());
    }
}
