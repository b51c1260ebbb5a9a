//! Live settings: watches the user's files and reads all of them again when one changes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::{Config, Paths, Report};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use crate::app::Message;

/// Editors write a file in several strokes: it is read when it has been quiet for so long.
const QUIET: Duration = Duration::from_millis(200);

/// Watches until the returned watcher is dropped. Where a folder cannot be watched its files are read at the next start
/// only, and the log says so.
pub fn watch(
    paths: Paths,
    messages: mpsc::Sender<Message>,
    told: Option<mpsc::Sender<(Config, Report)>>,
) -> Option<RecommendedWatcher> {
    let (sender, receiver) = mpsc::channel(1);
    let files = files(&paths);
    let wanted = files.clone();
    let themes = paths.themes.clone();
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let Ok(event) = event else { return };
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        let ours = |path: &PathBuf| {
            wanted.contains(path)
                || themes
                    .as_ref()
                    .is_some_and(|themes| path.starts_with(themes))
        };
        if event.paths.iter().any(ours) {
            // A full channel already says that something changed; a closed one, that nobody asks any more.
            let _ = sender.try_send(());
        }
    });
    let mut watcher = match watcher {
        Ok(watcher) => watcher,
        Err(error) => {
            tracing::warn!(%error, "settings are not reloaded live");
            return None;
        }
    };
    let folders: BTreeSet<&Path> = files
        .iter()
        .filter_map(|file| file.parent())
        .chain(paths.themes.as_deref())
        .collect();
    for folder in folders.into_iter().filter(|folder| folder.is_dir()) {
        if let Err(error) = watcher.watch(folder, RecursiveMode::NonRecursive) {
            tracing::warn!(%error, folder = %folder.display(), "a folder cannot be watched");
        }
    }
    tokio::spawn(reread(paths, receiver, messages, told));
    Some(watcher)
}

fn files(paths: &Paths) -> BTreeSet<PathBuf> {
    [&paths.fleet, &paths.settings, &paths.keymap]
        .into_iter()
        .flatten()
        .cloned()
        .collect()
}

async fn reread(
    paths: Paths,
    mut changes: mpsc::Receiver<()>,
    messages: mpsc::Sender<Message>,
    told: Option<mpsc::Sender<(Config, Report)>>,
) {
    while changes.recv().await.is_some() {
        tokio::time::sleep(QUIET).await;
        while changes.try_recv().is_ok() {}
        let paths = paths.clone();
        let Ok((config, report)) = tokio::task::spawn_blocking(move || config::load(&paths)).await
        else {
            continue;
        };
        if let Some(told) = &told
            && told.send((config.clone(), report.clone())).await.is_err()
        {
            tracing::debug!("nobody follows the configuration any more");
        }
        if messages
            .send(Message::Reloaded(Box::new((config, report))))
            .await
            .is_err()
        {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_saved_file_is_read_again() {
        let folder = std::env::temp_dir().join(format!("wheelhouse-reload-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let settings = folder.join("settings.toml");
        std::fs::write(&settings, "mouse = false\n").unwrap();
        let paths = Paths {
            settings: Some(settings.clone()),
            ..Paths::default()
        };
        let (sender, mut receiver) = mpsc::channel(4);
        let watcher = watch(paths, sender, None);
        assert!(watcher.is_some());
        std::fs::write(&settings, "mouse = true\nmuose = 1\n").unwrap();
        let message = tokio::time::timeout(Duration::from_secs(10), receiver.recv())
            .await
            .unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let Some(Message::Reloaded(read)) = message else {
            panic!("{message:?}")
        };
        assert!(read.0.settings.mouse);
        assert!(read.1.to_string().contains("muose"), "{}", read.1);
    }
}
