//! What the registry has: the parts of each image as files, taken out of Docker the first time that one is asked for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

use super::standin::{STAND_INS, StandIn};
use crate::command::run;

/// The types of a manifest, of what it names, and of a layer as it comes out of Docker
/// (<https://github.com/opencontainers/image-spec/blob/main/media-types.md>).
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// How long taking an image out of Docker may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// The images that were asked for.
#[derive(Debug)]
pub struct Shelf {
    /// Where their files are laid out.
    folder: PathBuf,
    /// The layers by the name of the recipe they are made of: two images of one recipe share them.
    layers: [OnceCell<Layers>; STAND_INS.len()],
}

/// The layers of an image.
#[derive(Debug)]
struct Layers {
    /// The digest of each, its file in the folder and its length.
    files: Vec<(String, PathBuf, u64)>,
    /// The digests of what is in them, which the configuration names.
    contents: Vec<String>,
}

/// An image as the registry serves it.
#[derive(Debug)]
pub struct Image {
    /// The manifest.
    pub manifest: String,
    /// What the manifest names that is small, by digest.
    pub texts: BTreeMap<String, String>,
    /// What it names that is large: the files by digest, with their lengths.
    pub files: BTreeMap<String, (PathBuf, u64)>,
}

impl Shelf {
    /// An empty one, which lays images out in a folder.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            layers: Default::default(),
        }
    }

    /// The image of a repository, made if need be. `None` when the registry has no such repository.
    pub async fn image(&self, repository: &str) -> Option<Result<Image, String>> {
        let stand_in = STAND_INS.iter().find(|one| one.repository == repository)?;
        // Images of the same recipe share the place of the first one.
        let place = STAND_INS
            .iter()
            .position(|one| one.recipe.name == stand_in.recipe.name)?;
        let layers = self.layers[place].get_or_try_init(|| take_out(stand_in, &self.folder));
        Some(layers.await.map(|layers| image(stand_in, layers)))
    }
}

/// Takes the layers of a stand-in out of Docker.
async fn take_out(stand_in: &StandIn, shelf: &Path) -> Result<Layers, String> {
    stand_in.recipe.ensure().await?;
    let folder = shelf.join(stand_in.recipe.name);
    fs::create_dir_all(&folder)
        .map_err(|error| format!("making a folder for the registry: {error}"))?;
    let archive = folder.join("image.tar");
    let (archive_text, folder_text) = (archive.to_string_lossy(), folder.to_string_lossy());
    let save = ["save", "--output", &archive_text, &stand_in.recipe.tag()];
    run("docker", &save, PATIENCE).await?;
    let unpack = [
        "--extract",
        "--file",
        &archive_text,
        "--directory",
        &folder_text,
    ];
    run("tar", &unpack, PATIENCE).await?;
    fs::remove_file(&archive).map_err(|error| error.to_string())?;
    read(&folder).map_err(|why| format!("an image of the sandbox as Docker saved it: {why}"))
}

/// Reads what Docker saved (<https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageGet>).
fn read(folder: &Path) -> Result<Layers, String> {
    let json = |path: &str| -> Result<Value, String> {
        let text = fs::read(folder.join(path)).map_err(|error| format!("{path}: {error}"))?;
        serde_json::from_slice(&text).map_err(|error| format!("{path}: {error}"))
    };
    let manifest = json("manifest.json")?;
    let config = json(manifest[0]["Config"].as_str().unwrap_or_default())?;
    let texts = |list: &Value| -> Vec<String> {
        let list = list.as_array().into_iter().flatten();
        list.filter_map(|text| text.as_str().map(str::to_owned))
            .collect()
    };
    let contents = texts(&config["rootfs"]["diff_ids"]);
    let paths = texts(&manifest[0]["Layers"]);
    if contents.is_empty() || contents.len() != paths.len() {
        return Err("it names no layers".to_owned());
    }
    let files = paths.iter().zip(&contents).map(|(path, content)| {
        // A newer Docker names files by digest, an older one saves layers as they are.
        let digest = path
            .strip_prefix("blobs/sha256/")
            .map_or_else(|| content.clone(), |hex| format!("sha256:{hex}"));
        let file = folder.join(path);
        let length = fs::metadata(&file).map_err(|error| format!("{path}: {error}"))?;
        Ok((digest, file, length.len()))
    });
    let files = files.collect::<Result<_, String>>()?;
    Ok(Layers { files, contents })
}

/// The image of a stand-in from its layers: the configuration is ours.
fn image(stand_in: &StandIn, layers: &Layers) -> Image {
    let config = json!({
        "architecture": architecture(),
        "os": "linux",
        "config": (stand_in.config)(),
        "rootfs": { "type": "layers", "diff_ids": layers.contents },
        "history": [{ "created_by": "a stand-in of the provider sandbox" }],
    });
    let config = config.to_string();
    let digest = digest(config.as_bytes());
    let named: Vec<Value> = layers
        .files
        .iter()
        .map(|(digest, _, size)| json!({"mediaType": LAYER, "digest": digest, "size": size}))
        .collect();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": { "mediaType": CONFIG, "digest": digest, "size": config.len() },
        "layers": named,
    });
    Image {
        manifest: manifest.to_string(),
        texts: BTreeMap::from([(digest, config)]),
        files: layers
            .files
            .iter()
            .map(|(digest, file, length)| (digest.clone(), (file.clone(), *length)))
            .collect(),
    }
}

/// The digest of a text, as registries write it.
pub fn digest(text: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(text)
        .iter()
        .fold("sha256:".to_owned(), |mut all, byte| {
            // Writing to a string does not fail.
            let _ = write!(all, "{byte:02x}");
            all
        })
}

/// This machine's architecture, in the words of images.
const fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") {
        "arm64"
    } else {
        "amd64"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(layer: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(layer, "a layer");
        write(
            "config.json",
            r#"{"rootfs":{"diff_ids":["sha256:content"]}}"#,
        );
        let manifest = json!([{"Config": "config.json", "Layers": [layer]}]);
        write("manifest.json", &manifest.to_string());
        folder
    }

    #[test]
    fn both_ways_of_saving_are_read() {
        let old = read(saved("abc/layer.tar").path()).unwrap();
        assert_eq!(old.files[0].0, "sha256:content");
        assert_eq!(old.files[0].2, 7);
        let new = read(saved("blobs/sha256/beef").path()).unwrap();
        assert_eq!(new.files[0].0, "sha256:beef");
        assert_eq!(new.contents, ["sha256:content"]);
        let error = read(tempfile::tempdir().unwrap().path()).unwrap_err();
        assert!(error.contains("manifest.json"), "{error}");
    }

    #[test]
    fn a_manifest_names_what_the_image_has() {
        let layers = read(saved("abc/layer.tar").path()).unwrap();
        let image = image(&STAND_INS[0], &layers);
        let manifest: Value = serde_json::from_str(&image.manifest).unwrap();
        let config = manifest["config"]["digest"].as_str().unwrap();
        assert_eq!(digest(image.texts[config].as_bytes()), config);
        let layer = manifest["layers"][0]["digest"].as_str().unwrap();
        assert_eq!(image.files[layer].1, 7);
    }
}
