use std::{fmt, fs};

use crate::machine;

/// One core for what is measured, another one for the load.
pub(crate) struct Cores {
    pub(crate) server: usize,
    load: Option<usize>,
}

impl Cores {
    /// Also keeps this thread, and those that it starts, away from the server's core.
    pub(crate) fn take() -> anyhow::Result<Self> {
        let mut cores = machine::cores()?.into_iter();
        let server = cores.next().unwrap_or(0);
        let load = cores.next();
        if let Some(load) = load {
            machine::stay_on(load)?;
        }
        Ok(Self { server, load })
    }
}

impl fmt::Display for Cores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let model = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model =
            model.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map(|(_, name)| name);
        let others = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let others = others.split(' ').next().unwrap_or_default();
        writeln!(f, "{}; load average before the start {others}", model.unwrap_or("unknown processor"))?;
        match self.load {
            Some(load) => write!(f, "The server runs on core {}, the load on core {load}", self.server),
            None => write!(f, "There is one core only: the load takes time from the server"),
        }
    }
}
