use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use testkit::{TempDir, skipped};

use crate::place::{Place, chunk, start_session};

/// A file system of a megabyte that is unmounted with this value.
struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// Only root may mount.
    fn mount() -> Option<Self> {
        let folder = TempDir::new();
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(folder.path()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success()).then_some(Self { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn fill(&self) {
        let _ = fs::write(self.path().join("filler"), vec![0; 2 << 20]);
    }

    fn make_room(&self) {
        fs::remove_file(self.path().join("filler")).expect("the filler is there");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).status();
    }
}

/// The sizes of the segments that a reader sees.
fn stored(folder: &Path) -> Vec<u64> {
    let entries = fs::read_dir(folder.join("sessions/full/audio")).into_iter().flatten().flatten();
    entries.map(|entry| entry.metadata().map_or(0, |data| data.len())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_nothing_is_acknowledged_and_with_room_again_nothing_is_lost() {
    let Some(disk) = SmallDisk::mount() else {
        return skipped("a full disk needs root, to mount a small one");
    };
    let url = format!("file://{}", disk.path().join("objects").display());
    let place = Place::start(&[("OBJECT_STORE_URL", &url)]);
    let objects = disk.path().join("objects");
    let client = place.connect(&place.token("ann", "trainee")).await;
    client.emit("start-session", &start_session("full"));
    client.emit("audio-chunk", &chunk("full", 0));
    client.wait_for(|event| event.name == "audio-received").await.unwrap();

    let whole = stored(&objects)[0];
    assert!(whole > 30_000);

    disk.fill();
    client.emit("audio-chunk", &chunk("full", 1));
    let told = client.wait_for(|event| event.payload["code"] == "STORAGE_UNAVAILABLE").await.unwrap();
    assert_eq!(told.payload["retryable"], true, "{told:?}");
    let acknowledged = || client.events().iter().filter(|event| event.name == "audio-received").count();
    assert_eq!((acknowledged(), stored(&objects)), (1, vec![whole]));
    let stats = place.until("a problem", |stats| stats["problems"]["store"].as_u64() > Some(0)).await;
    assert_eq!(stats["segments"], 1);
    assert_eq!([place.get("/readyz", &[]).status, place.get("/readyz", &[]).status], [503, 503]);

    disk.make_room();
    place.until_status("/readyz", 200).await;
    let log = place.process.log();
    let told: Vec<&str> =
        log.lines().filter(|line| line.contains("A dependency is") && line.contains("objectStore")).collect();
    assert!(told.len() == 2 && told[0].contains("make room") && told[1].contains("up again"), "{told:?}");
    client.wait_for(|event| event.name == "audio-received" && event.payload["throughSeq"] == 1).await.unwrap();
    assert_eq!((acknowledged(), stored(&objects)), (2, vec![whole, whole]));
    client.emit("end-session", &crate::place::session("full"));
    client.wait_for(|event| event.name == "session-ended").await.unwrap();
}
