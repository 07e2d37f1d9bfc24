//! A server of its own for every test: the real program, on a free port, over a folder that goes
//! away with it. Dropped, it is killed.

use std::ffi::OsString;
use std::fs::{self, File};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use regex::Regex;
use serde_json::Value;
use tempfile::TempDir;

use crate::client::Client;
use crate::memory::{self, Memory};
use crate::program;

/// How long anything may take on a slow machine that does much else.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server; also its [`Client`].
#[derive(Debug)]
pub struct Server {
    child: Child,
    client: Client,
    data: PathBuf,
    log: PathBuf,
    /// Keeps temporary folders until the server is gone.
    _folders: Vec<TempDir>,
}

/// A server to be started.
#[derive(Debug, Default)]
pub struct Settings {
    data: Option<PathBuf>,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
}

impl Settings {
    /// Serves this data folder instead of a temporary one.
    pub fn data(mut self, folder: &Path) -> Self {
        self.data = Some(folder.to_owned());
        self
    }

    /// Adds command line arguments.
    pub fn arguments<S: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Adds a variable of the environment.
    pub fn environment(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Starts the server and waits until it answers.
    #[track_caller]
    pub fn start(self) -> Server {
        match self.try_start() {
            Ok(server) => server,
            Err(log) => panic!("the server did not start: {log}"),
        }
    }

    /// Starts the server; what it logged when it ends by itself or says nothing for too long.
    pub fn try_start(self) -> Result<Server, String> {
        let mut folders = vec![TempDir::new().expect("a temporary folder")];
        let log = folders[0].path().join("server.log");
        let data = self.data.unwrap_or_else(|| {
            folders.push(TempDir::new().expect("a temporary folder"));
            folders[1].path().to_owned()
        });
        program::share_compiled(&data);
        let file = File::create(&log).expect("a log file");
        let mut child = program::command()
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(&data)
            .args(&self.arguments)
            .envs(self.environment)
            .stdout(file.try_clone().expect("a log file"))
            .stderr(file)
            .spawn()
            .expect("the program starts");
        match wait_until_ready(&mut child, &log) {
            Ok(client) => Ok(Server {
                child,
                client,
                data,
                log,
                _folders: folders,
            }),
            Err(text) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(text)
            }
        }
    }
}

fn wait_until_ready(child: &mut Child, log: &Path) -> Result<Client, String> {
    let address = Regex::new(r"http://127\.0\.0\.1:[1-9]\d*").expect("a pattern");
    let read = || fs::read_to_string(log).expect("the log can be read");
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().expect("a child can be asked") {
            return Err(format!("{status}: {}", read()));
        }
        if let Some(base) = address.find(&read()) {
            let client = Client::new(base.as_str());
            let request = client.request(reqwest::Method::GET, "/healthz");
            if crate::client::send(request).is_ok_and(|answer| answer.status == 200) {
                return Ok(client);
            }
        }
        thread::sleep(Duration::from_millis(10));
    }
    Err(format!("not ready after {PATIENCE:?}: {}", read()))
}

impl Server {
    /// A server over an empty temporary folder.
    #[track_caller]
    pub fn start() -> Self {
        Settings::default().start()
    }

    /// A server over this data folder.
    #[track_caller]
    pub fn over(data: &Path) -> Self {
        Settings::default().data(data).start()
    }

    /// A server to be started with settings.
    pub fn settings() -> Settings {
        Settings::default()
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("the log can be read")
    }

    /// Its client, for threads.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// What it holds; `None` where the system does not tell.
    pub fn memory(&self) -> Option<Memory> {
        memory::of_process(self.child.id())
    }

    /// The manifest of a project.
    #[track_caller]
    pub fn manifest(&self, project: &str) -> Value {
        let path = self.data.join("projects").join(project).join("meta.json");
        let text = fs::read_to_string(&path).expect("a manifest");
        serde_json::from_str(&text).expect("a manifest is JSON")
    }

    /// Waits until `/readyz` says that everything in the image root was looked at.
    #[track_caller]
    pub fn wait_until_indexed(&self) {
        eventually("the image root is indexed", || {
            self.client.get("/readyz").json()["scan"]["finished"] == true
        });
    }

    /// SIGKILL: no goodbye.
    pub fn kill(&mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a child can be waited for");
    }

    /// SIGTERM, as an operator stops it.
    #[cfg(unix)]
    pub fn ask_to_stop(&self) {
        self.signal("-TERM");
    }

    /// SIGSTOP: it keeps what it has, and does nothing any more.
    #[cfg(unix)]
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// SIGCONT: it goes on.
    #[cfg(unix)]
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    #[cfg(unix)]
    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = std::process::Command::new("kill")
            .args([signal, &id])
            .status();
        assert!(sent.expect("kill runs").success());
    }

    /// Its number among the processes.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it ended by itself.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        self.child.wait().expect("a child can be waited for")
    }
}

impl Deref for Server {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            let tail: Vec<&str> = log.lines().rev().take(40).collect();
            let tail: Vec<&str> = tail.into_iter().rev().collect();
            eprintln!("--- the server said at the end:\n{}\n---", tail.join("\n"));
        }
    }
}

/// Waits for something that takes its time; panics when it does not come true.
#[track_caller]
pub fn eventually(what: &str, mut happened: impl FnMut() -> bool) {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if happened() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("not after {PATIENCE:?}: {what}");
}
