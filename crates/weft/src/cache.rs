//! A cache of compiled code on disk, shared by any number of processes.
//!
//! An entry is a precompiled [`Artifact`] named after the module's bytes and the engine's fingerprint, so it
//! can never be stale, only missing or damaged. It holds the functions that runs have compiled so
//! far; a run that compiled more replaces it by a union, by writing a new file and renaming it. Code
//! from a directory that others can write to would be theirs to run, so the directory must be
//! ours alone (0700) or it is not used, and every operation goes through a descriptor of the directory that was checked.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, Mode, OFlags};
use weft_runtime::artifact::{Artifact, ArtifactError};

use crate::{Context as _, Error, Result};

/// What every entry's name ends in.
const SUFFIX: &str = ".weft";
/// What the names of unfinished entries start with.
const TEMPORARY: &str = "tmp-";
/// An unfinished entry older than this belongs to a process that has died.
const ABANDONED: Duration = Duration::from_secs(3600);
/// A hit moves an entry's time forward only when it is this old, so most hits write nothing.
const TOUCH_AFTER: Duration = Duration::from_secs(3600);

/// Bytes of a module that is compiled in less time than an entry takes to be written.
const SMALL: usize = 1024;
/// How many such modules of an engine have entries all the same: a program that is one starts sooner, but one that makes
/// more makes them all the time.
const MOST_SMALL: usize = 8;

/// Where compiled code is kept, and how much of it.
///
/// Of modules under 1 KiB only the first few of an engine are kept: compiling another is less work than an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheConfig {
    directory: PathBuf,
    max_bytes: u64,
}

impl CacheConfig {
    /// The bytes an otherwise unconfigured cache may take: 1 GiB.
    pub const DEFAULT_MAX_BYTES: u64 = 1 << 30;

    /// A cache in `directory`, which is made (with mode 0700) when it is not there.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            max_bytes: Self::DEFAULT_MAX_BYTES,
        }
    }

    /// A cache where the user's caches are: `$XDG_CACHE_HOME/weft` or `~/.cache/weft`.
    ///
    /// # Errors
    /// When the user has no home directory.
    pub fn user_default() -> Result<Self> {
        let dirs = directories::BaseDirs::new()
            .context("no home directory, so there is no place for a cache")?;
        Ok(Self::new(dirs.cache_dir().join("weft")))
    }

    /// The bytes that all entries together may take. The least recently used go first.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

/// What is in a cache.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheInfo {
    /// How many modules have an entry.
    pub entries: u64,
    /// The bytes of all entries.
    pub bytes: u64,
}

/// An open cache.
#[derive(Debug)]
pub struct Cache {
    directory: OwnedFd,
    max_bytes: u64,
    /// How many small modules have been taken.
    small: AtomicUsize,
}

/// The name of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    name: String,
    module_hash: [u8; 32],
}

impl Key {
    /// The key of a module under an engine.
    pub(crate) fn new(module_hash: [u8; 32], fingerprint: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&module_hash);
        hasher.update(fingerprint.as_bytes());
        Self {
            name: format!("{}{SUFFIX}", hasher.finalize().to_hex()),
            module_hash,
        }
    }
}

/// What a look into the cache found.
#[derive(Debug)]
pub(crate) enum Lookup {
    Hit(Artifact),
    Miss,
    /// There is an entry that cannot be used, and why.
    Damaged(ArtifactError),
}

impl Cache {
    /// Opens the cache that `config` describes.
    ///
    /// # Errors
    /// When the directory cannot be made, is not the user's own, or is open to others.
    pub fn open(config: &CacheConfig) -> Result<Self> {
        let path = &config.directory;
        create_private(path).with_context(|| format!("cannot make {}", path.display()))?;
        let directory = rustix::fs::open(
            path,
            OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
            Mode::empty(),
        )
        .with_context(|| format!("cannot open the cache directory {}", path.display()))?;
        check_private(&directory, path)?;
        Ok(Self {
            directory,
            max_bytes: config.max_bytes,
            small: AtomicUsize::new(0),
        })
    }

    /// Whether a module of these bytes, which has just come, is to have an entry.
    pub(crate) fn takes(&self, bytes: &[u8]) -> bool {
        bytes.len() >= SMALL || self.small.fetch_add(1, Ordering::Relaxed) < MOST_SMALL
    }

    pub(crate) fn lookup(&self, key: &Key, fingerprint: &str) -> Lookup {
        let Ok(file) = self.open_entry(&key.name) else {
            return Lookup::Miss;
        };
        match Artifact::from_open_file(&file, fingerprint) {
            Ok(artifact) if *artifact.module_hash() == key.module_hash => {
                touch(&file);
                Lookup::Hit(artifact)
            }
            Ok(_) => Lookup::Damaged(ArtifactError::Damaged("it is of another module")),
            Err(error) => Lookup::Damaged(error),
        }
    }

    /// Puts `bytes` in the place of the entry for `key`.
    ///
    /// # Errors
    /// When writing fails; the cache is as before then.
    pub(crate) fn store(&self, key: &Key, bytes: &[u8]) -> Result<()> {
        if bytes.len() as u64 > self.max_bytes {
            return Ok(());
        }
        let temporary = temporary_name();
        let stored = self
            .write_entry(&temporary, bytes)
            .and_then(|()| self.rename(&temporary, &key.name));
        if let Err(error) = stored {
            self.remove(&temporary);
            return Err(Error::new(error).context("cannot write to the code cache"));
        }
        self.shrink_to(self.max_bytes, Some(&key.name))
    }

    /// How many entries there are and what they take.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn info(&self) -> Result<CacheInfo> {
        let entries = self.entries()?;
        Ok(CacheInfo {
            entries: entries.len() as u64,
            bytes: entries.iter().map(|entry| entry.bytes).sum(),
        })
    }

    /// Removes every entry, and says what was there.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn clear(&self) -> Result<CacheInfo> {
        let info = self.info()?;
        self.shrink_to(0, None)?;
        Ok(info)
    }

    fn open_entry(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.directory, name, flags, Mode::empty())?;
        Ok(File::from(file))
    }

    fn write_entry(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.directory, name, flags, Mode::RUSR | Mode::WUSR)?;
        File::from(file).write_all(bytes)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat(
            &self.directory,
            from,
            &self.directory,
            to,
        )?)
    }

    fn remove(&self, name: &str) {
        // Another process may have been faster; then it is gone as wanted.
        let _ = rustix::fs::unlinkat(&self.directory, name, AtFlags::empty());
    }

    /// Every entry; removes what dead processes have left behind on the way.
    fn entries(&self) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let directory = rustix::fs::Dir::read_from(&self.directory)
            .context("cannot read the cache directory")?;
        for item in directory {
            let item = item.context("cannot read the cache directory")?;
            let Ok(name) = item.file_name().to_str() else {
                continue;
            };
            let Some(entry) = self.entry(name) else {
                continue;
            };
            if name.ends_with(SUFFIX) {
                entries.push(entry);
            } else if name.starts_with(TEMPORARY) && entry.age() > ABANDONED {
                self.remove(name);
            }
        }
        Ok(entries)
    }

    fn entry(&self, name: &str) -> Option<Entry> {
        let stat = rustix::fs::statat(&self.directory, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        let since_epoch = Duration::from_secs(u64::try_from(stat.st_mtime).unwrap_or(0));
        Some(Entry {
            name: name.to_owned(),
            bytes: u64::try_from(stat.st_size).unwrap_or(0),
            used: SystemTime::UNIX_EPOCH + since_epoch,
        })
    }

    /// Removes the least recently used entries until all take at most `bytes`. When that is
    /// necessary, it goes on to three quarters, so that it is not necessary again at once.
    fn shrink_to(&self, bytes: u64, keep: Option<&str>) -> Result<()> {
        let mut entries = self.entries()?;
        let mut total: u64 = entries.iter().map(|entry| entry.bytes).sum();
        if total <= bytes {
            return Ok(());
        }
        entries.sort_by_key(|entry| entry.used);
        for entry in entries {
            if total <= bytes / 4 * 3 {
                break;
            }
            if keep != Some(&*entry.name) {
                self.remove(&entry.name);
                total -= entry.bytes;
            }
        }
        Ok(())
    }
}

struct Entry {
    name: String,
    bytes: u64,
    used: SystemTime,
}

impl Entry {
    fn age(&self) -> Duration {
        SystemTime::now()
            .duration_since(self.used)
            .unwrap_or_default()
    }
}

fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    match std::fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn check_private(directory: &OwnedFd, path: &Path) -> Result<()> {
    let stat = rustix::fs::fstat(directory).context("cannot look at the cache directory")?;
    if stat.st_uid != rustix::process::geteuid().as_raw() {
        crate::bail!(
            "the cache directory {} belongs to another user, so code in it is not used",
            path.display()
        );
    }
    if stat.st_mode & 0o077 != 0 {
        crate::bail!(
            "the cache directory {} is open to other users, so code in it is not used: chmod 700 it",
            path.display()
        );
    }
    Ok(())
}

fn touch(file: &File) {
    let now = SystemTime::now();
    let used = file.metadata().and_then(|metadata| metadata.modified());
    let age = used.map_or(Duration::MAX, |used| {
        now.duration_since(used).unwrap_or_default()
    });
    if age > TOUCH_AFTER {
        // It only moves the entry back in the order of removal.
        let _ = file.set_modified(now);
    }
}

/// A name that no other process and no other thread of this one uses.
fn temporary_name() -> String {
    use std::sync::atomic::AtomicU64;
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |time| time.as_nanos());
    format!("{TEMPORARY}{}-{count}-{now:x}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use weft_runtime::artifact::Contents;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("weft-cache-{}-{name}", std::process::id()));
            let _ = std::fs::remove_dir_all(&path);
            Self(path)
        }
        fn cache(&self, max_bytes: u64) -> Cache {
            Cache::open(&CacheConfig::new(&self.0).max_bytes(max_bytes)).unwrap()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn artifact(module_hash: [u8; 32], facts: &[u8]) -> Vec<u8> {
        Contents {
            fingerprint: "f",
            module_hash,
            module: None,
            validated: true,
            facts,
            defined: 0,
            functions: Vec::new(),
        }
        .encode()
        .unwrap()
    }

    #[test]
    fn an_entry_is_found_under_its_key_only() {
        let scratch = Scratch::new("found");
        let cache = scratch.cache(1 << 20);
        let key = Key::new([1; 32], "f");
        assert!(matches!(cache.lookup(&key, "f"), Lookup::Miss));
        cache.store(&key, &artifact([1; 32], b"x")).unwrap();
        assert!(matches!(cache.lookup(&key, "f"), Lookup::Hit(_)));
        assert!(matches!(
            cache.lookup(&Key::new([2; 32], "f"), "f"),
            Lookup::Miss
        ));
        assert!(matches!(
            cache.lookup(&Key::new([1; 32], "g"), "g"),
            Lookup::Miss
        ));
        assert_eq!(cache.clear().unwrap().entries, 1);
        assert_eq!(cache.info().unwrap(), CacheInfo::default());
    }

    #[test]
    fn of_small_modules_only_the_first_have_entries() {
        let scratch = Scratch::new("small");
        let cache = scratch.cache(1 << 20);
        let taken = (0..100).filter(|_| cache.takes(&[0; SMALL - 1]));
        assert_eq!(taken.count(), MOST_SMALL);
        assert!(cache.takes(&[0; SMALL]));
    }

    #[test]
    fn damage_is_reported_and_repaired() {
        let scratch = Scratch::new("damage");
        let cache = scratch.cache(1 << 20);
        let key = Key::new([1; 32], "f");
        let mut bytes = artifact([1; 32], b"x");
        *bytes.last_mut().unwrap() ^= 1;
        cache.store(&key, &bytes).unwrap();
        assert!(matches!(cache.lookup(&key, "f"), Lookup::Damaged(_)));
        cache.store(&key, &artifact([1; 32], b"x")).unwrap();
        assert!(matches!(cache.lookup(&key, "f"), Lookup::Hit(_)));
    }

    #[test]
    fn an_entry_of_another_module_is_not_used() {
        let scratch = Scratch::new("other");
        let cache = scratch.cache(1 << 20);
        let key = Key::new([1; 32], "f");
        cache.store(&key, &artifact([2; 32], b"")).unwrap();
        assert!(matches!(cache.lookup(&key, "f"), Lookup::Damaged(_)));
    }

    #[test]
    fn the_least_recently_used_go_first() {
        let scratch = Scratch::new("bounded");
        let facts = vec![0; 1000];
        let cache = scratch.cache(4000);
        for n in 1..=3_u8 {
            let key = Key::new([n; 32], "f");
            cache.store(&key, &artifact([n; 32], &facts)).unwrap();
            let file = cache.open_entry(&key.name).unwrap();
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(n));
            file.set_modified(time).unwrap();
        }
        let first = Key::new([1; 32], "f");
        assert!(matches!(cache.lookup(&first, "f"), Lookup::Hit(_)));
        cache
            .store(&Key::new([4; 32], "f"), &artifact([4; 32], &facts))
            .unwrap();
        let present = |n: u8| matches!(cache.lookup(&Key::new([n; 32], "f"), "f"), Lookup::Hit(_));
        assert_eq!([1, 2, 3, 4].map(present), [true, false, false, true]);
    }

    #[test]
    fn a_directory_open_to_others_is_not_used() {
        let scratch = Scratch::new("open");
        std::fs::create_dir(&scratch.0).unwrap();
        std::fs::set_permissions(&scratch.0, std::fs::Permissions::from_mode(0o755)).unwrap();
        let error = Cache::open(&CacheConfig::new(&scratch.0)).unwrap_err();
        assert!(error.to_string().contains("open to other users"));
    }

    #[test]
    fn a_link_in_the_place_of_the_directory_is_not_followed() {
        let scratch = Scratch::new("link");
        let target = Scratch::new("target");
        create_private(&target.0).unwrap();
        std::os::unix::fs::symlink(&target.0, &scratch.0).unwrap();
        assert!(Cache::open(&CacheConfig::new(&scratch.0)).is_err());
        std::fs::remove_file(&scratch.0).unwrap();
    }
}
