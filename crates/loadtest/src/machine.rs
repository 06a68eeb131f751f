//! Cores and limits of this machine.

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
