//! The file system side of the folder store; every call blocks.

use std::{
    fs::{self, File},
    io::{self, IoSlice, Read as _, Seek as _, SeekFrom, Write as _},
    ops::Range,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use ports::{ObjectKey, StoredObject, Timestamp};
use uuid::Uuid;

/// What is being written lives here. It is on the same file system as the objects, so that a rename
/// is atomic, and no key can name it because no key begins with a dot.
const INCOMING: &str = ".incoming";
/// Nobody writes any more what has not grown for so long: its process died. Younger ones may be another server's.
const ABANDONED: Duration = Duration::from_secs(3_600);

pub(super) struct Files {
    root: PathBuf,
    fsync: bool,
    /// Nobody else begins the names of what they are writing so, on whatever machine: many may share the folder.
    name: String,
    written: AtomicU64,
}

/// What is being written. Unless it was published, it is gone when it is dropped.
pub(super) struct Incoming {
    file: File,
    path: PathBuf,
    published: bool,
}

impl Incoming {
    pub(super) fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.file.write_all(piece)
    }

    /// All at once, as far as the system takes them.
    fn write_parts(&mut self, parts: &[Bytes]) -> io::Result<()> {
        let mut slices: Vec<IoSlice<'_>> = parts.iter().map(|part| IoSlice::new(part)).collect();
        let mut left = slices.as_mut_slice();
        // Empty ones at the beginning are left out.
        IoSlice::advance_slices(&mut left, 0);
        while !left.is_empty() {
            match self.file.write_vectored(left) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut left, written),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.published {
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Files {
    pub(super) fn open(root: PathBuf, fsync: bool) -> io::Result<Self> {
        let incoming = root.join(INCOMING);
        fs::create_dir_all(&incoming)?;
        discard_abandoned(&incoming, SystemTime::now() - ABANDONED)?;
        let name = Uuid::now_v7().simple().to_string();
        Ok(Self { root, fsync, name, written: AtomicU64::new(0) })
    }

    pub(super) fn put(&self, key: &ObjectKey, parts: &[Bytes]) -> io::Result<()> {
        let mut incoming = self.begin()?;
        incoming.write_parts(parts)?;
        self.publish(incoming, key)
    }

    /// A file that nobody sees until it is published.
    pub(super) fn begin(&self) -> io::Result<Incoming> {
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}", self.name);
        let path = self.root.join(INCOMING).join(name);
        Ok(Incoming { file: File::create(&path)?, path, published: false })
    }

    /// The folder is nearly always there; only when it is not is it created. A delete may take an
    /// empty folder away in between, hence more than one attempt.
    pub(super) fn publish(&self, mut incoming: Incoming, key: &ObjectKey) -> io::Result<()> {
        self.sync(&incoming.file)?;
        let object = self.path(key);
        let folder = object.parent().unwrap_or(&self.root);
        let mut renamed = fs::rename(&incoming.path, &object);
        for _ in 0..3 {
            match &renamed {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    self.create_folder(folder)?;
                    renamed = fs::rename(&incoming.path, &object);
                }
                _ => break,
            }
        }
        renamed?;
        incoming.published = true;
        self.sync_folder(folder)
    }

    pub(super) fn get(&self, key: &ObjectKey) -> io::Result<Option<Vec<u8>>> {
        absent(fs::read(self.path(key)))
    }

    pub(super) fn size(&self, key: &ObjectKey) -> io::Result<Option<u64>> {
        let metadata = absent(fs::metadata(self.path(key)))?;
        Ok(metadata.filter(fs::Metadata::is_file).map(|metadata| metadata.len()))
    }

    pub(super) fn get_part(&self, key: &ObjectKey, part: Range<u64>) -> io::Result<Option<Vec<u8>>> {
        let read = || {
            let mut file = File::open(self.path(key))?;
            file.seek(SeekFrom::Start(part.start))?;
            let mut bytes = Vec::new();
            file.take(part.end.saturating_sub(part.start)).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        absent(read())
    }

    /// Folders that become empty go too, or every deleted session would leave some behind.
    pub(super) fn delete(&self, key: &ObjectKey) -> io::Result<()> {
        let path = self.path(key);
        if absent(fs::remove_file(&path))?.is_none() {
            return Ok(());
        }
        let folders = path.ancestors().skip(1);
        for folder in folders.take_while(|folder| *folder != self.root) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn list(&self, prefix: &str) -> io::Result<Vec<StoredObject>> {
        let folder = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
        if !folder.is_empty() && ObjectKey::parse(folder).is_err() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        self.walk(&self.root.join(folder), prefix, &mut found)?;
        found.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(found)
    }

    pub(super) fn check(&self) -> io::Result<()> {
        let mut incoming = self.begin()?;
        incoming.write(b"check")?;
        self.sync(&incoming.file)
    }

    fn path(&self, key: &ObjectKey) -> PathBuf {
        self.root.join(key.as_str())
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        for created in folder.ancestors().skip(1) {
            self.sync_folder(created)?;
            if created == self.root {
                break;
            }
        }
        Ok(())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        if self.fsync {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        if self.fsync { file.sync_all() } else { Ok(()) }
    }

    fn walk(&self, folder: &Path, prefix: &str, found: &mut Vec<StoredObject>) -> io::Result<()> {
        let Some(entries) = absent(fs::read_dir(folder))? else {
            return Ok(());
        };
        for entry in entries {
            let path = entry?.path();
            let Some(key) = self.key(&path) else {
                continue;
            };
            let Some(metadata) = absent(fs::metadata(&path))? else {
                continue;
            };
            if metadata.is_dir() {
                let inside = format!("{key}/");
                if inside.starts_with(prefix) || prefix.starts_with(&inside) {
                    self.walk(&path, prefix, found)?;
                }
            } else if key.as_str().starts_with(prefix) {
                found.push(StoredObject { key, bytes: metadata.len(), modified_at: modified_at(&metadata)? });
            }
        }
        Ok(())
    }

    /// `None` for a file that is no object, such as what is still being written.
    fn key(&self, path: &Path) -> Option<ObjectKey> {
        ObjectKey::parse(path.strip_prefix(&self.root).ok()?.to_str()?).ok()
    }
}

/// What others publish or throw away meanwhile is none of it.
fn discard_abandoned(incoming: &Path, before: SystemTime) -> io::Result<()> {
    for leftover in fs::read_dir(incoming)? {
        let path = leftover?.path();
        let Some(metadata) = absent(fs::metadata(&path))? else { continue };
        if metadata.modified()? < before {
            absent(fs::remove_file(&path))?;
        }
    }
    Ok(())
}

/// `None` where there is no such object, also when its name is that of a folder or lies below a file.
fn absent<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => Ok(None),
            _ => Err(error),
        },
    }
}

fn modified_at(metadata: &fs::Metadata) -> io::Result<Timestamp> {
    let since = metadata.modified()?.duration_since(UNIX_EPOCH);
    let milliseconds = since.map_or(0, |since| since.as_millis());
    Ok(Timestamp(i64::try_from(milliseconds).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use testkit::TempDir;

    use super::*;

    fn key(text: &str) -> ObjectKey {
        ObjectKey::parse(text).unwrap()
    }

    fn parts(body: &'static [u8]) -> [Bytes; 1] {
        [Bytes::from_static(body)]
    }

    fn entries(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_crash_before_the_rename_leaves_nothing_that_is_visible() {
        let dir = TempDir::new();
        let files = Files::open(dir.path().to_owned(), false).unwrap();
        let mut half = files.begin().unwrap();
        half.write(b"half").unwrap();
        // A process that dies drops nothing.
        std::mem::forget(half);
        assert_eq!(files.list("").unwrap(), []);
        assert_eq!(entries(&dir.path().join(INCOMING)), 1);

        discard_abandoned(&dir.path().join(INCOMING), SystemTime::now() + ABANDONED).unwrap();
        assert_eq!(entries(&dir.path().join(INCOMING)), 0);
    }

    #[test]
    fn who_opens_the_folder_leaves_alone_what_another_server_is_writing() {
        let dir = TempDir::new();
        let files = Files::open(dir.path().to_owned(), false).unwrap();
        let mut half = files.begin().unwrap();
        half.write(b"ha").unwrap();
        let other = Files::open(dir.path().to_owned(), false).unwrap();
        other.put(&key("theirs"), &parts(b"whole")).unwrap();
        half.write(b"lf").unwrap();
        files.publish(half, &key("ours")).unwrap();
        assert_eq!(other.get(&key("ours")).unwrap().unwrap(), b"half");
    }

    #[test]
    fn a_put_that_fails_leaves_no_file_behind() {
        let dir = TempDir::new();
        let files = Files::open(dir.path().to_owned(), false).unwrap();
        files.put(&key("a"), &parts(b"file")).unwrap();
        files.put(&key("a/b"), &parts(b"below a file")).unwrap_err();
        assert_eq!(entries(&dir.path().join(INCOMING)), 0);
        assert_eq!(files.get(&key("a/b")).unwrap(), None);
    }

    #[test]
    fn what_was_begun_and_dropped_leaves_no_file_behind() {
        let dir = TempDir::new();
        let files = Files::open(dir.path().to_owned(), false).unwrap();
        files.begin().unwrap().write(b"half").unwrap();
        files.check().unwrap();
        files.put(&key("a"), &parts(b"whole")).unwrap();
        assert_eq!(entries(&dir.path().join(INCOMING)), 0);
    }

    #[test]
    fn deleting_the_last_object_of_a_folder_deletes_the_folder() {
        let dir = TempDir::new();
        let files = Files::open(dir.path().to_owned(), false).unwrap();
        files.put(&key("sessions/s/audio/1.ogg"), &parts(b"1")).unwrap();
        files.put(&key("sessions/t/audio/1.ogg"), &parts(b"1")).unwrap();
        files.delete(&key("sessions/s/audio/1.ogg")).unwrap();
        assert!(!dir.path().join("sessions/s").exists());
        assert_eq!(files.list("sessions/").unwrap().len(), 1);
    }

    #[test]
    fn the_parts_of_a_body_become_one_file() {
        let dir = TempDir::new();
        let files = Files::open(dir.path().to_owned(), false).unwrap();
        let nothing: &[Bytes] = &[];
        // More than the system takes at once.
        let many: Vec<Bytes> = (0..3_000).map(|number| Bytes::from(vec![number as u8; number % 7])).collect();
        for parts in [nothing, &[Bytes::new()], &[Bytes::new(), Bytes::from_static(b"a"), Bytes::new()], &many] {
            files.put(&key("a"), parts).unwrap();
            assert_eq!(files.get(&key("a")).unwrap().unwrap(), parts.concat());
        }
    }

    #[test]
    fn objects_can_be_forced_to_the_disk() {
        let dir = TempDir::new();
        let files = Files::open(dir.path().to_owned(), true).unwrap();
        files.put(&key("deep/er/1"), &parts(b"1")).unwrap();
        assert_eq!(files.get(&key("deep/er/1")).unwrap().unwrap(), b"1");
    }
}
