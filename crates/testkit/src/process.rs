use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// Started programs that are not ready by then are broken.
const PATIENCE: Duration = Duration::from_secs(60);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// A port on which nothing listens at this moment.
pub fn free_port() -> u16 {
    let _alone = alone();
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("this machine has a free port")
        .port()
}

/// Until a child has become another program, it has everything open that its parent has: a port that is tried out meanwhile
/// stays taken, and answers for a moment.
fn alone() -> MutexGuard<'static, ()> {
    static STARTING: Mutex<()> = Mutex::new(());
    STARTING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running program. It is killed when this value goes; what it prints is in its log.
pub struct Process {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Process {
    /// `log` is created; both of the program's outputs go there.
    pub fn start(mut command: Command, log: PathBuf) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let output = File::create(&log).expect("the log can be created");
        let errors = output.try_clone().expect("the log can be shared");
        let alone = alone();
        let child = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        drop(alone);
        Self { child, name, log }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything it printed so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Returns once something accepts connections there.
    pub fn wait_for_port(&mut self, port: u16) {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let accepts = |_: &Self| TcpStream::connect_timeout(&address, BETWEEN_LOOKS).is_ok();
        self.wait_until(&format!("accept connections on port {port}"), accepts);
    }

    /// Returns once it has printed this.
    pub fn wait_for_print(&mut self, text: &str) {
        self.wait_until(&format!("print {text:?}"), |this| this.log().contains(text));
    }

    /// Kills it as `kill -9` does and returns when it is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Ends it as a service manager does and returns when it is gone.
    pub fn terminate(&mut self) {
        self.end_by("TERM").unwrap_or_else(|why| panic!("{} {why}:\n{}", self.name, self.log()));
    }

    /// Sends it that signal and returns when it is gone.
    pub(crate) fn end_by(&mut self, signal: &str) -> Result<(), String> {
        let asked = Command::new("kill").arg(format!("-{signal}")).arg(self.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            return Err("is gone already".to_owned());
        }
        let started = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if started.elapsed() > PATIENCE {
                return Err(format!("did not end within {PATIENCE:?} of SIG{signal}"));
            }
            thread::sleep(BETWEEN_LOOKS);
        }
        Ok(())
    }

    fn wait_until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let started = Instant::now();
        while !is_so(self) {
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("{} ended with {status} and did not {what}:\n{}", self.name, self.log());
            }
            assert!(started.elapsed() < PATIENCE, "{} did not {what} within {PATIENCE:?}:\n{}", self.name, self.log());
            thread::sleep(BETWEEN_LOOKS);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Where a program is: in one of these folders or on the PATH.
pub(crate) fn find_program(name: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders
        .iter()
        .cloned()
        .chain(std::env::split_paths(&path))
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}
