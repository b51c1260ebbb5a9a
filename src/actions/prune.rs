//! Prune: what nothing uses is listed first, then exactly that is removed, one object a step and never by force, so that
//! the engine itself refuses what is in use again by then and what is new stays untouched.

use std::time::Duration;

use async_trait::async_trait;
use drivers::{Connection, Trouble};
use futures::future::join_all;
use tokio::time::timeout;
use vocab::{Bytes, ContainerId, NodeName, ObjectKind, Prunable, Span, Text, Time};
use world::plan::{Expectation, StepCall};
use world::{Plan, Refusal, Reversibility};

use crate::draft::{Draft, Frame, Request, distinct, typed_name};
use crate::execute::effect::{Answer, Effect};
use crate::execute::look::{self, Look, Seen};
use crate::refuse;
use crate::{nodes, words};

/// How long listing may take: the engine walks through volumes for their sizes.
const LISTED_WITHIN: Duration = Duration::from_secs(30);

/// How long removing one object may take.
const REMOVED_WITHIN: Span = Span::minutes(1);

/// How long it may take to be seen.
const SEEN_WITHIN: Span = Span::seconds(30);

/// Plans it: looks on every node for what would go.
pub(crate) async fn plan(
    request: Request<'_>,
    nodes: &[NodeName],
    kinds: &[ObjectKind],
) -> Result<Plan, Refusal> {
    if kinds.is_empty() {
        return Err(refuse::invalid(
            "nothing to prune is chosen: name containers, images, volumes or networks",
        ));
    }
    let (nodes, kinds) = (distinct(nodes), distinct(kinds));
    let found = join_all(nodes.iter().map(|name| list(&request, name, &kinds))).await;
    let mut draft = Draft::default();
    let mut refused = Vec::new();
    let mut touched = Vec::new();
    let mut freed = 0_u64;
    for (name, found) in nodes.iter().zip(found) {
        match found {
            Ok(objects) => {
                touched.push(Text::line(name.as_str()));
                for object in &objects {
                    freed = freed.saturating_add(object.size.unwrap_or_default().0);
                    add(&mut draft, name, object, request.now);
                }
            }
            Err(error) => refused.push(error),
        }
    }
    draft.leave_out(&refused)?;
    let volumes = draft
        .objects
        .iter()
        .filter(|object| object.kind == ObjectKind::Volume.word())
        .count();
    if volumes > 0 {
        draft.warn(format!(
            "the data of {} goes with it and cannot be brought back",
            words::count(volumes, "volume")
        ));
    }
    let place = match touched.as_slice() {
        [one] => one.to_string(),
        several => words::count(several.len(), "node"),
    };
    let size = if freed > 0 {
        format!(", {}", Bytes(freed))
    } else {
        String::new()
    };
    let frame = Frame {
        title: format!(
            "prune {place}: {}{size}",
            words::count(draft.objects.len(), "object")
        ),
        reversibility: Reversibility::Irreversible,
        confirmation: typed_name(&touched, "node"),
        verification: "looks until each is gone",
        inverse: None,
        one_by_one: false,
        each: Span::seconds(2),
    };
    Ok(draft.finish(request, frame))
}

/// What would go on a node; a refusal when that is nothing.
async fn list(
    request: &Request<'_>,
    name: &NodeName,
    kinds: &[ObjectKind],
) -> Result<Vec<Prunable>, Refusal> {
    request.engine(name)?;
    let docker = look::engine(nodes::ends(request, name)?)
        .map_err(|error| refuse::unreachable(&*error.text))?;
    let failed =
        |why: &str| refuse::unreachable(format!("cannot list what is unused on {name}: {why}"));
    let found = match timeout(LISTED_WITHIN, docker.prunable(kinds)).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return Err(failed(&error.text)),
        Err(_) => {
            return Err(failed(
                "the docker engine did not answer within 30 s: try again, or choose fewer kinds",
            ));
        }
    };
    let mut objects: Vec<Prunable> = Vec::with_capacity(found.len());
    for object in found {
        // An untagged image is an unused one too; an engine may name it under both.
        if !objects
            .iter()
            .any(|known| known.id == object.id && is_image(known.kind) == is_image(object.kind))
        {
            objects.push(object);
        }
    }
    if objects.is_empty() {
        let kinds = words::list(kinds.iter().map(|kind| kind.word()), kinds.len(), " or ");
        return Err(refuse::needless(format!(
            "there is no {kinds} on {name}: nothing to prune"
        )));
    }
    Ok(objects)
}

const fn is_image(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::DanglingImage | ObjectKind::UnusedImage)
}

fn add(draft: &mut Draft, node: &NodeName, object: &Prunable, now: Time) {
    let size = object
        .size
        .map_or("size not known".to_owned(), |size| size.to_string());
    let age = object
        .created
        .map_or("age not known".to_owned(), |created| {
            format!("{} old", now.since(created))
        });
    draft.object(
        node,
        object.kind.word(),
        &object.name,
        format!("{size}, {age}"),
    );
    let call = StepCall::RemoveObject {
        node: node.clone(),
        object: object.clone(),
    };
    draft.step(
        "remove",
        format!("DELETE {}", path(object)),
        call,
        REMOVED_WITHIN,
    );
    let verify = Expectation::ObjectRemoved {
        node: node.clone(),
        object: object.clone(),
    };
    let exact = match object.kind {
        ObjectKind::Container => format!("GET /containers/{}/json", object.id),
        kind => format!("list every {}", kind.word()),
    };
    draft.step(
        "see that it is gone",
        exact,
        StepCall::Verify(Box::new(verify)),
        SEEN_WITHIN,
    );
}

fn path(object: &Prunable) -> String {
    let id = &object.id;
    match object.kind {
        ObjectKind::Container => format!("/containers/{id}?force=false&v=false"),
        ObjectKind::DanglingImage | ObjectKind::UnusedImage => format!("/images/{id}?force=false"),
        ObjectKind::Volume => format!("/volumes/{id}?force=false"),
        ObjectKind::Network => format!("/networks/{id}"),
    }
}

/// Looks whether an object is gone. Only of a container can the engine be asked by id; the others are gone when they are
/// not among the unused any more. One that was taken into use again is not among them either, but it was not lost.
pub(crate) async fn gone(ends: &Connection, object: &Prunable) -> Look {
    let there = match (object.kind, ContainerId::new(&object.id)) {
        (ObjectKind::Container, Ok(id)) => {
            look::container(ends, &id).await.map(|now| now.is_some())
        }
        _ => listed(ends, object).await,
    };
    match there {
        Ok(false) => Look::Yes("gone".to_owned()),
        Ok(true) => Look::NotYet("it is there".to_owned()),
        Err(error) => Look::Unclear(error.text.to_string()),
    }
}

async fn listed(ends: &Connection, object: &Prunable) -> drivers::error::Result<bool> {
    let unused = look::engine(ends)?.prunable(&[object.kind]).await?;
    Ok(unused.iter().any(|other| other.id == object.id))
}

/// The effect.
pub(crate) struct Removal {
    pub object: Prunable,
}

#[async_trait]
impl Effect for Removal {
    async fn look_first(&self, _ends: &Connection) -> drivers::error::Result<Seen> {
        Ok(Seen::Nothing)
    }

    async fn perform(&self, ends: &Connection, _before: &Seen) -> drivers::error::Result<Answer> {
        match look::engine(ends)?.remove_object(&self.object).await {
            Ok(()) => Ok(Answer::done("")),
            Err(error) if error.trouble == Trouble::NotFound => Ok(Answer::done("gone already")),
            Err(error) => Err(error),
        }
    }

    async fn look(&self, ends: &Connection, _before: &Seen) -> Look {
        gone(ends, &self.object).await
    }
}
