//! What a prune may remove: found by asking who uses what, removed one by one and never by force.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use bollard::models::{ContainerSummary, ImageSummary, Network, Volume};
use bollard::query_parameters::{
    ListContainersOptions, ListImagesOptions, ListNetworksOptions, ListVolumesOptions,
    RemoveContainerOptions, RemoveImageOptions, RemoveVolumeOptions,
};
use vocab::{Bytes, ContainerState, Text, Time};

use super::engine::EngineClient;
use super::raw;
use super::{ObjectKind, Prunable};
use crate::error::Result;

/// How long the sizes may take to be counted; without them the list is still of use.
const SIZES_DEADLINE: Duration = Duration::from_secs(5);

/// Networks that every engine has and none may remove.
const BUILT_IN_NETWORKS: [&str; 3] = ["bridge", "host", "none"];

/// Everything of these kinds that is used by nobody, in the order of the kinds.
pub async fn prunable(engine: &EngineClient, kinds: &[ObjectKind]) -> Result<Vec<Prunable>> {
    let wanted = |kind| kinds.contains(&kind);
    let containers = containers(engine, wanted(ObjectKind::Container)).await?;
    let mut found = Vec::new();
    if wanted(ObjectKind::Container) {
        found.extend(containers.iter().filter_map(idle_container));
    }
    if wanted(ObjectKind::DanglingImage) || wanted(ObjectKind::UnusedImage) {
        let used: HashSet<&str> = containers
            .iter()
            .filter_map(|container| container.image_id.as_deref())
            .collect();
        let images = engine
            .call("list images", async |client: bollard::Docker| {
                client.list_images(None::<ListImagesOptions>).await
            })
            .await?;
        let unused = images
            .iter()
            .filter(|image| !used.contains(image.id.as_str()));
        found.extend(
            unused
                .map(image)
                .filter(|image| wanted(image.kind) || wanted(ObjectKind::UnusedImage)),
        );
    }
    if wanted(ObjectKind::Volume) {
        let options = ListVolumesOptions {
            filters: Some(dangling()),
        };
        let answer = engine
            .call("list volumes", |client| async move {
                client.list_volumes(Some(options)).await
            })
            .await?;
        let sizes = volume_sizes(engine).await;
        found.extend(
            answer
                .volumes
                .unwrap_or_default()
                .iter()
                .map(|unused| volume(unused, &sizes)),
        );
    }
    if wanted(ObjectKind::Network) {
        let networks = engine
            .call("list networks", async |client: bollard::Docker| {
                client.list_networks(None::<ListNetworksOptions>).await
            })
            .await?;
        // A stopped container would not start again without its network, so it counts as a user.
        let used = networks_of(&containers);
        found.extend(
            networks
                .iter()
                .filter_map(network)
                .filter(|network| !used.contains(network.id.as_str())),
        );
    }
    found.sort_by_key(|object| object.kind);
    Ok(found)
}

/// Removes one object, not by force. Gone already is well.
pub async fn remove(engine: &EngineClient, object: &Prunable) -> Result<()> {
    let what = format!("remove {}", object.name);
    let id = object.id.as_str();
    let deadline = Duration::from_mins(1);
    let result = match object.kind {
        ObjectKind::Container => {
            let options = RemoveContainerOptions::default();
            engine
                .call_within(deadline, &what, async |client: bollard::Docker| {
                    client.remove_container(id, Some(options)).await
                })
                .await
        }
        ObjectKind::DanglingImage | ObjectKind::UnusedImage => {
            remove_image(engine, id, &what, deadline).await
        }
        ObjectKind::Volume => {
            let options = RemoveVolumeOptions { force: false };
            engine
                .call_within(deadline, &what, async |client: bollard::Docker| {
                    client.remove_volume(id, Some(options)).await
                })
                .await
        }
        ObjectKind::Network => {
            engine
                .call_within(deadline, &what, async |client: bollard::Docker| {
                    client.remove_network(id).await
                })
                .await
        }
    };
    match result {
        Err(error) if error.trouble == crate::Trouble::NotFound => Ok(()),
        other => other,
    }
}

/// An image with several tags refuses to go by its id; then it goes tag by tag.
async fn remove_image(
    engine: &EngineClient,
    id: &str,
    what: &str,
    deadline: Duration,
) -> Result<()> {
    let one = async |name: &str| {
        let options = RemoveImageOptions::default();
        engine
            .call_within(deadline, what, async |client: bollard::Docker| {
                client.remove_image(name, Some(options), None).await
            })
            .await
            .map(drop)
    };
    let image = engine
        .call(what, async |client: bollard::Docker| {
            client.inspect_image(id).await
        })
        .await?;
    let tags = image.repo_tags.unwrap_or_default();
    if tags.len() < 2 {
        return one(id).await;
    }
    for tag in &tags {
        one(tag).await?;
    }
    Ok(())
}

async fn containers(engine: &EngineClient, with_sizes: bool) -> Result<Vec<ContainerSummary>> {
    let list = async |size: bool, deadline: Duration| {
        let options = ListContainersOptions {
            all: true,
            size,
            ..ListContainersOptions::default()
        };
        engine
            .call_within(
                deadline,
                "list containers",
                async |client: bollard::Docker| client.list_containers(Some(options)).await,
            )
            .await
    };
    if with_sizes && let Ok(containers) = list(true, SIZES_DEADLINE).await {
        return Ok(containers);
    }
    list(false, super::failure::DEADLINE).await
}

fn idle_container(summary: &ContainerSummary) -> Option<Prunable> {
    let state = ContainerState::from_word(summary.state.as_ref().map_or("", AsRef::as_ref));
    let idle = matches!(
        state,
        ContainerState::Created | ContainerState::Exited | ContainerState::Dead
    );
    let row = super::convert::container_from_summary(summary).filter(|_| idle)?;
    Some(Prunable {
        kind: ObjectKind::Container,
        id: Text::line(row.id.as_str()),
        name: row.name,
        size: summary
            .size_rw
            .and_then(|size| u64::try_from(size).ok())
            .map(Bytes),
        created: row.created,
    })
}

fn image(summary: &ImageSummary) -> Prunable {
    // Older engines write `<none>:<none>` where newer ones have no tag.
    let tag = summary
        .repo_tags
        .iter()
        .find(|tag| tag.as_str() != "<none>:<none>");
    let digits = summary.id.rsplit(':').next().unwrap_or_default();
    Prunable {
        kind: if tag.is_some() {
            ObjectKind::UnusedImage
        } else {
            ObjectKind::DanglingImage
        },
        id: Text::line(&summary.id),
        name: Text::line(tag.map_or_else(|| digits.get(..12).unwrap_or(digits), String::as_str)),
        size: u64::try_from(summary.size).ok().map(Bytes),
        created: (summary.created > 0).then(|| Time::from_seconds(summary.created)),
    }
}

fn volume(volume: &Volume, sizes: &HashMap<String, u64>) -> Prunable {
    Prunable {
        kind: ObjectKind::Volume,
        id: Text::line(&volume.name),
        name: Text::line(&volume.name),
        size: sizes.get(&volume.name).copied().map(Bytes),
        created: volume
            .created_at
            .map(|date| Time::from_seconds(date.unix_timestamp())),
    }
}

fn network(network: &Network) -> Option<Prunable> {
    let name = network.name.as_deref()?;
    let swarm = network.ingress == Some(true) || network.scope.as_deref() == Some("swarm");
    (!swarm && !BUILT_IN_NETWORKS.contains(&name)).then(|| Prunable {
        kind: ObjectKind::Network,
        id: Text::line(network.id.as_deref().unwrap_or(name)),
        name: Text::line(name),
        size: None,
        created: network
            .created
            .map(|date| Time::from_seconds(date.unix_timestamp())),
    })
}

fn networks_of(containers: &[ContainerSummary]) -> HashSet<String> {
    containers
        .iter()
        .filter_map(|container| container.network_settings.as_ref()?.networks.as_ref())
        .flatten()
        .filter_map(|(_, end)| end.network_id.clone())
        .collect()
}

fn dangling() -> HashMap<String, Vec<String>> {
    [("dangling".to_owned(), vec!["true".to_owned()])].into()
}

/// Sizes of volumes by name. The engine walks through every volume for this, so it may take too long; then none is known.
/// The client library knows only the newest form of the answer, older engines have another.
async fn volume_sizes(engine: &EngineClient) -> HashMap<String, u64> {
    let what = "ask for the sizes of volumes";
    raw::get_json(
        engine.address(),
        "/system/df?type=volume",
        what,
        SIZES_DEADLINE,
    )
    .await
    .as_ref()
    .map(sizes_in)
    .unwrap_or_default()
}

fn sizes_in(answer: &serde_json::Value) -> HashMap<String, u64> {
    let volumes = answer
        .get("Volumes")
        .or_else(|| answer.get("VolumeUsage")?.get("Items"));
    let entries = volumes
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten();
    entries
        .filter_map(|volume| {
            Some((
                volume.get("Name")?.as_str()?.to_owned(),
                volume.get("UsageData")?.get("Size")?.as_u64()?,
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_with_and_without_a_tag() {
        let named = ImageSummary {
            id: "sha256:00112233445566".into(),
            repo_tags: vec!["shop/web:1".into()],
            size: 5,
            ..ImageSummary::default()
        };
        assert_eq!(
            (image(&named).kind, image(&named).name.as_str()),
            (ObjectKind::UnusedImage, "shop/web:1")
        );
        for tags in [vec![], vec!["<none>:<none>".to_owned()]] {
            let bare = ImageSummary {
                repo_tags: tags,
                ..named.clone()
            };
            assert_eq!(
                (image(&bare).kind, image(&bare).name.as_str()),
                (ObjectKind::DanglingImage, "001122334455")
            );
        }
    }

    #[test]
    fn only_what_does_not_run_is_idle() {
        let rows: Vec<ContainerSummary> =
            serde_json::from_str(include_str!("fixtures/list.json")).expect("recorded");
        let idle: Vec<Prunable> = rows.iter().filter_map(idle_container).collect();
        assert_eq!(
            idle.iter()
                .map(|object| object.name.as_str())
                .collect::<Vec<_>>(),
            ["shop-job-1"]
        );
        assert!(!networks_of(&rows).is_empty());
    }

    #[test]
    fn built_in_networks_stay() {
        let named = |name: &str| Network {
            name: Some(name.into()),
            ..Network::default()
        };
        assert_eq!(network(&named("bridge")), None);
        assert!(network(&named("shop_default")).is_some());
        assert_eq!(
            network(&Network {
                ingress: Some(true),
                ..named("ingress")
            }),
            None
        );
    }

    #[test]
    fn sizes_of_both_forms() {
        let old = serde_json::json!({"Volumes": [{"Name": "a", "UsageData": {"Size": 7, "RefCount": 0}}, {"Name": "b"}]});
        let new = serde_json::json!({"VolumeUsage": {"Items": [{"Name": "a", "UsageData": {"Size": 7}}]}});
        assert_eq!(sizes_in(&old), HashMap::from([("a".to_owned(), 7)]));
        assert_eq!(sizes_in(&new), HashMap::from([("a".to_owned(), 7)]));
        assert!(
            sizes_in(&serde_json::json!({"Volumes": [{"Name": "a", "UsageData": {"Size": -1}}]}))
                .is_empty()
        );
    }
}
