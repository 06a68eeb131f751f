//! Cores, memory and limits of this machine.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
};

use anyhow::Context as _;
use rustix::{
    process::{Resource, Rlimit, getrlimit, setrlimit},
    thread::{CpuSet, sched_getaffinity, sched_setaffinity},
};

/// The cores that this process may use.
pub(crate) fn cores() -> anyhow::Result<Vec<usize>> {
    let allowed = sched_getaffinity(None).context("cannot ask for the cores of this process")?;
    Ok((0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core)).collect())
}

/// From now on this thread, and whatever it starts, runs on this core alone.
pub(crate) fn stay_on(core: usize) -> anyhow::Result<()> {
    let mut cores = CpuSet::new();
    cores.set(core);
    sched_setaffinity(None, &cores).with_context(|| format!("cannot stay on core {core}"))
}

/// Lets this machine have memory for the files that will be written to this folder. A virtual machine is given each page when it
/// first touches it, and gives free ones back; the first touch costs several times what the server does to fill the page.
pub(crate) fn touch_memory(folder: &Path, megabytes: usize) -> anyhow::Result<()> {
    let path = folder.join("touched");
    let mut file = File::create(&path).with_context(|| format!("cannot make {}", path.display()))?;
    let megabyte = vec![0; 1 << 20];
    let touched = (0..megabytes).try_for_each(|_| file.write_all(&megabyte));
    fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    touched.with_context(|| format!("{megabytes} MB are needed in {}", folder.display()))
}

/// Lets this process, and those that it starts, have so many open files.
pub(crate) fn open_files(wanted: u64) -> anyhow::Result<()> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    if let Some(maximum) = maximum.filter(|maximum| *maximum < wanted) {
        anyhow::bail!("{wanted} open files are needed and {maximum} allowed; raise the hard limit (`ulimit -Hn`)");
    }
    setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum })
        .context("cannot raise the limit of open files")
}
