//! Tells when files of the configuration, or secrets it names, have changed.
//!
//! Notifications of the operating system make it fast, a slow look at every file makes it sure: some file systems notify of nothing.
//! Both only lead to a comparison of fingerprints, so rename-and-save editors and ConfigMap symlink swaps need no special case.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::Notify;

use crate::config::source;

/// Files must have been still for so long: an editor writes in several steps.
const DEBOUNCE: Duration = Duration::from_millis(50);
/// Between two looks without a notification.
const POLL: Duration = Duration::from_secs(2);
/// The same, where the operating system does not notify at all.
const POLL_BLIND: Duration = Duration::from_millis(500);

/// Watches one configuration.
#[derive(Debug)]
pub struct Watcher {
    root: PathBuf,
    files: Vec<PathBuf>,
    seen: u64,
    events: Arc<Notify>,
    notifier: Option<RecommendedWatcher>,
}

impl Watcher {
    /// Watches the folder (or file) `root`. Call it before the first reading: what changes in between is not missed then.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        let events = Arc::new(Notify::new());
        let wake = Arc::clone(&events);
        // The event says that something happened; what it was, the fingerprint tells. Reading is no change: taking the fingerprint opens
        // the folder, and would wake us again without end.
        let notifier = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if !event.is_ok_and(|event| event.kind.is_access()) {
                wake.notify_one();
            }
        });
        let mut notifier = match notifier {
            Ok(notifier) => Some(notifier),
            Err(error) => {
                tracing::warn!(%error, "the operating system does not notify of changes: looking twice a second");
                None
            }
        };
        // A file is replaced by renaming another one over it: only its folder notices.
        let (folder, depth) = match root.parent() {
            // Of the folder around a single file nothing else matters, least of all what lies deeper.
            Some(parent) if !root.is_dir() => (parent, RecursiveMode::NonRecursive),
            _ => (root, RecursiveMode::Recursive),
        };
        // `tollgate.yaml` alone has the parent ``: the folder we are in.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        if let Some(watching) = &mut notifier
            && let Err(error) = watching.watch(folder, depth)
        {
            tracing::warn!(%error, folder = %folder.display(), "cannot be watched: looking twice a second");
            notifier = None;
        }
        let seen = fingerprint(root, &[]);
        Self { root: root.to_owned(), files: Vec::new(), seen, events, notifier }
    }

    /// Watches these files too, instead of those that were given before.
    pub fn also(&mut self, files: Vec<PathBuf>) {
        if files == self.files {
            return;
        }
        if let Some(notifier) = &mut self.notifier {
            for folder in files.iter().filter_map(|file| file.parent()) {
                if let Err(error) = notifier.watch(folder, RecursiveMode::NonRecursive) {
                    tracing::warn!(%error, folder = %folder.display(), "cannot be watched: changes are seen late");
                }
            }
        }
        // The new files were read a moment ago; a change since then shows at the next look.
        let unchanged = self.seen == fingerprint(&self.root, &self.files);
        self.files = files;
        if unchanged {
            self.seen = fingerprint(&self.root, &self.files);
        }
    }

    /// Has the next [`Watcher::changed`] look at once: for whoever did not wait for the last one to its end.
    pub fn look_again(&self) {
        self.events.notify_one();
    }

    /// Waits for a change that has come to rest.
    pub async fn changed(&mut self) {
        let poll = if self.notifier.is_some() { POLL } else { POLL_BLIND };
        loop {
            let _ = tokio::time::timeout(poll, self.events.notified()).await;
            let mut now = fingerprint(&self.root, &self.files);
            if now == self.seen {
                continue;
            }
            loop {
                tokio::time::sleep(DEBOUNCE).await;
                let then = std::mem::replace(&mut now, fingerprint(&self.root, &self.files));
                if then == now {
                    break;
                }
            }
            if now != self.seen {
                self.seen = now;
                return;
            }
        }
    }
}

/// Differs when any file was written, replaced, added or removed.
fn fingerprint(root: &Path, files: &[PathBuf]) -> u64 {
    let mut hash = DefaultHasher::new();
    let listed = source::list(root).unwrap_or_default();
    for path in listed.iter().chain(files) {
        path.hash(&mut hash);
        if let Ok(of) = std::fs::metadata(path) {
            (of.dev(), of.ino(), of.len(), of.mtime(), of.mtime_nsec(), of.ctime_nsec()).hash(&mut hash);
        }
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    async fn changes(watcher: &mut Watcher) -> bool {
        tokio::time::timeout(Duration::from_secs(20), watcher.changed()).await.is_ok()
    }

    #[tokio::test]
    async fn every_way_to_change_a_file_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a.yaml"), "1").unwrap();
        let mut watcher = Watcher::new(folder.path());

        fs::write(at("a.yaml"), "22").unwrap();
        assert!(changes(&mut watcher).await, "written in place");

        fs::write(at(".a.yaml.swp"), "333").unwrap();
        fs::rename(at(".a.yaml.swp"), at("a.yaml")).unwrap();
        assert!(changes(&mut watcher).await, "replaced by renaming");

        fs::create_dir(at("deeper")).unwrap();
        fs::write(at("deeper/b.yml"), "1").unwrap();
        assert!(changes(&mut watcher).await, "a file in a new folder");

        fs::remove_file(at("a.yaml")).unwrap();
        assert!(changes(&mut watcher).await, "removed");
    }

    #[tokio::test]
    async fn a_single_file_is_watched_and_not_what_lies_around_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("deeper")).unwrap();
        fs::write(at("a.yaml"), "1").unwrap();
        let mut watcher = Watcher::new(&at("a.yaml"));
        fs::write(at("deeper/b.yaml"), "1").unwrap();
        let woken = tokio::time::timeout(Duration::from_millis(300), watcher.events.notified()).await;
        assert!(woken.is_err(), "a file in a folder beside it wakes the watcher");
        fs::write(at("a.yaml"), "22").unwrap();
        assert!(changes(&mut watcher).await);
    }

    #[tokio::test]
    async fn reading_is_no_change() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.yaml"), "1").unwrap();
        let watcher = Watcher::new(folder.path());
        for _ in 0..10 {
            fingerprint(folder.path(), &[]);
            fs::read(folder.path().join("a.yaml")).unwrap();
        }
        let woken = tokio::time::timeout(Duration::from_millis(300), watcher.events.notified()).await;
        assert!(woken.is_err(), "looking at the files wakes the watcher, which looks at the files");
    }

    #[tokio::test]
    async fn a_config_map_update_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for version in ["..1", "..2"] {
            fs::create_dir(at(version)).unwrap();
            fs::write(at(version).join("a.yaml"), version).unwrap();
        }
        std::os::unix::fs::symlink("..1", at("..data")).unwrap();
        std::os::unix::fs::symlink("..data/a.yaml", at("a.yaml")).unwrap();
        let mut watcher = Watcher::new(folder.path());
        std::os::unix::fs::symlink("..2", at("..next")).unwrap();
        fs::rename(at("..next"), at("..data")).unwrap();
        assert!(changes(&mut watcher).await);
    }

    #[tokio::test]
    async fn a_secret_file_is_watched_once_it_is_named() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let secret = other.path().join("key");
        fs::write(&secret, "1").unwrap();
        let mut watcher = Watcher::new(folder.path());
        watcher.also(vec![secret.clone()]);
        fs::write(&secret, "22").unwrap();
        assert!(changes(&mut watcher).await);
    }
}
