//! What a site is made of, by its files: what each type cannot do without is looked for before anything is made.

use std::fs;

use archive::Release;
use serde_json::Value;
use vocab::SiteKind;

/// The most that is read of a `package.json`, in bytes.
const PACKAGE: u64 = 1 << 20;

/// The folders of content that a site of `WordPress` can bring.
const CONTENT: [&str; 4] = ["themes/", "plugins/", "mu-plugins/", "uploads/"];

/// The type of a release: the one that is wished, when the files are of it, else the one that they look like. Says what is
/// missing.
pub(crate) fn of(release: &Release, wished: Option<SiteKind>) -> Result<SiteKind, String> {
    let node = node(release);
    match wished {
        Some(SiteKind::Static) if has(release, "index.html") => Ok(SiteKind::Static),
        Some(SiteKind::Static) => Err("the files have no index.html at their top".to_owned()),
        Some(SiteKind::Node) => node.map(|()| SiteKind::Node),
        Some(SiteKind::WordPress) if has_content(release) => Ok(SiteKind::WordPress),
        Some(SiteKind::WordPress) => Err(
            "the files have none of the folders themes, plugins, mu-plugins and uploads at their top or in wp-content"
                .to_owned(),
        ),
        None if release.hint == Some(SiteKind::WordPress) && has_content(release) => {
            Ok(SiteKind::WordPress)
        }
        None if node.is_ok() => Ok(SiteKind::Node),
        None if has(release, "index.html") => Ok(SiteKind::Static),
        None => Err(
            "the files have neither an index.html, nor a server.js or a package.json with a start script, nor wp-content \
             at their top: say what they are with --type static, node or wordpress"
                .to_owned(),
        ),
    }
}

fn has(release: &Release, name: &str) -> bool {
    release.files.iter().any(|file| file.path == name)
}

/// Whether Node.js has something to start.
fn node(release: &Release) -> Result<(), String> {
    if has(release, "package.json") {
        let path = release.root.join("package.json");
        let wrong = |why: &str| format!("package.json {why}");
        let length =
            fs::metadata(&path).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
        if length.len() > PACKAGE {
            return Err(wrong("is larger than 1 MB"));
        }
        let text = fs::read(&path).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
        let package: Value = serde_json::from_slice(&text)
            .map_err(|error| wrong(&format!("is no JSON: {error}")))?;
        let start = package["scripts"]["start"].as_str().unwrap_or_default();
        if !start.trim().is_empty() {
            return Ok(());
        }
    }
    if has(release, "server.js") {
        return Ok(());
    }
    Err(
        "there is nothing to start: give package.json a start script, or put a server.js at the top of the files"
            .to_owned(),
    )
}

/// Whether there is something to lay over `WordPress`.
fn has_content(release: &Release) -> bool {
    release.files.iter().any(|file| {
        let within = file.path.strip_prefix("wp-content/").unwrap_or(&file.path);
        CONTENT.iter().any(|folder| within.starts_with(folder))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(files: &[(&str, &str)]) -> (tempfile::TempDir, Release) {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        for (path, text) in files {
            let path = site.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let limits = archive::Limits::default();
        let release = archive::read_folder(&site, &limits, &folder.path().join("releases"));
        (folder, release.unwrap())
    }

    #[test]
    fn a_type_is_seen_by_what_it_cannot_do_without() {
        let start = r#"{"scripts":{"start":"node app.js"}}"#;
        for (files, kind) in [
            (&[("index.html", "x")][..], SiteKind::Static),
            (
                &[("index.html", "x"), ("package.json", "{}")],
                SiteKind::Static,
            ),
            (&[("package.json", start)], SiteKind::Node),
            (&[("server.js", "x")], SiteKind::Node),
            (
                &[("wp-content/themes/a/style.css", "x")],
                SiteKind::WordPress,
            ),
        ] {
            let (_folder, release) = release(files);
            assert_eq!(of(&release, None), Ok(kind), "{files:?}");
            assert_eq!(of(&release, Some(kind)), Ok(kind), "{files:?}");
        }
        // One folder around everything is taken off: two are what a site brings.
        let (_folder, themes) = release(&[("themes/a/style.css", "x"), ("plugins/b.php", "x")]);
        assert_eq!(
            of(&themes, Some(SiteKind::WordPress)),
            Ok(SiteKind::WordPress)
        );
    }

    #[test]
    fn what_is_missing_is_said() {
        for (files, wished, said) in [
            (&[("notes.txt", "x")][..], None, "--type"),
            (&[("notes.txt", "x")], Some(SiteKind::Static), "index.html"),
            (&[("index.html", "x")], Some(SiteKind::Node), "start script"),
            (
                &[("package.json", "{}")],
                Some(SiteKind::Node),
                "start script",
            ),
            (&[("package.json", "{")], Some(SiteKind::Node), "no JSON"),
            (&[("index.html", "x")], Some(SiteKind::WordPress), "themes"),
        ] {
            let (_folder, release) = release(files);
            let error = of(&release, wished).unwrap_err();
            assert!(error.contains(said), "{files:?}: {error}");
        }
    }
}
