//! The scripts that measure other programs (`../shared/peers`), run as their page says. Each is run on
//! the core of this process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::Deserialize;

use super::Options;
use super::comparison::{Megabytes, Row};

/// What a script tells of a tool; CPU time.
#[derive(Deserialize)]
struct Told {
    tool: String,
    peak_mb: f64,
    base_mb: f64,
    all: AllPhotos,
}

#[derive(Deserialize)]
struct AllPhotos {
    n: u32,
    images_s: f64,
}

/// Python with the peers in it, and the folder of the scripts; or what is missing.
pub struct Peers {
    python: PathBuf,
    scripts: PathBuf,
}

impl Peers {
    /// `VISMATCH_PEERS_PYTHON`, or the environment that the peers' page sets up.
    pub fn find() -> Result<Self, String> {
        let scripts = crate::repository().join("../shared/peers");
        let python = std::env::var_os("VISMATCH_PEERS_PYTHON").map_or_else(
            || home().join(".cache/vismatch/peers/bin/python"),
            PathBuf::from,
        );
        for needed in [&scripts, &python] {
            if !needed.exists() {
                return Err(format!("{} is not there", needed.display()));
            }
        }
        Ok(Self { python, scripts })
    }

    /// Python, ready for arguments.
    pub fn python(&self) -> Command {
        let mut command = Command::new(&self.python);
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command.stdin(Stdio::null());
        command
    }

    /// The script that measures searching, on this process's core.
    pub fn searching(&self) -> Command {
        let mut command = self.python();
        command.arg(self.scripts.join("search_peers.py"));
        command
    }

    /// A script that measures how well near-duplicates are found, or makes the pictures for it.
    pub fn quality(&self, name: &str) -> Command {
        let mut command = self.python();
        command.arg(self.scripts.join(name));
        command
    }

    /// The node packages that lie beside Python's.
    fn node_modules(&self) -> PathBuf {
        let environment = self.python.ancestors().nth(2);
        environment.unwrap_or(Path::new(".")).join("node_modules")
    }

    fn script(&self, name: &str, data: &Path, options: &Options) -> Command {
        let mut command = self.python();
        command.arg(self.scripts.join(name));
        command.arg("--data").arg(data);
        if let Some(most) = options.most {
            command.args(["--most", &most.to_string()]);
        }
        command
    }
}

/// `VISMATCH_CZKAWKA`, or where `cargo install czkawka_cli --root ~/.cache/vismatch/peers-cargo` puts it.
pub fn czkawka() -> Result<PathBuf, String> {
    let path = std::env::var_os("VISMATCH_CZKAWKA").map_or_else(
        || home().join(".cache/vismatch/peers-cargo/bin/czkawka_cli"),
        PathBuf::from,
    );
    let is_there = path.is_file();
    is_there
        .then_some(path.clone())
        .ok_or_else(|| format!("{} is not there", path.display()))
}

/// The rows of a table of the peers; a tool that is not there is told on standard error.
pub fn hashing(data: &Path, options: &Options) -> Result<Vec<Row>, String> {
    let peers = Peers::find()?;
    rows(
        peers.script("hash_peers.py", data, options),
        "hash",
        options,
    )
}

/// The same for four renditions from one decode.
pub fn chained_renditions(data: &Path, options: &Options) -> Result<Vec<Row>, String> {
    let peers = Peers::find()?;
    let mut script = peers.script("variants_peers.py", data, options);
    script.args(["--tools", "chained"]);
    script.arg("--node-modules").arg(peers.node_modules());
    rows(script, "variants", options)
}

/// The photos that the scripts measure.
pub fn photo_list(data: &Path, options: &Options) -> Result<Vec<PathBuf>, String> {
    let peers = Peers::find()?;
    let mut script = peers.script("hash_peers.py", data, options);
    let out = answer(script.arg("--list"))?;
    Ok(out.lines().map(PathBuf::from).collect())
}

/// Runs a script that leaves `<name>.json`.
fn rows(mut script: Command, name: &str, options: &Options) -> Result<Vec<Row>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    script.args(["--rounds", &options.rounds.to_string()]);
    answer(script.arg("--out").arg(folder.path()))?;
    let path = folder.path().join(name).with_extension("json");
    let json = fs::read(&path).map_err(|error| error.to_string())?;
    let told: Vec<Told> = serde_json::from_slice(&json).map_err(|error| error.to_string())?;
    Ok(told.into_iter().map(Row::from).collect())
}

/// The standard output of a command that succeeds; its standard error is shown as it comes.
pub fn answer(command: &mut Command) -> Result<String, String> {
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{command:?}: {}", output.status)),
    }
}

impl From<Told> for Row {
    fn from(told: Told) -> Self {
        let seconds = f64::from(told.all.n) / told.all.images_s;
        let memory = Megabytes {
            peak: told.peak_mb,
            base: told.base_mb,
        };
        Self {
            tool: told.tool,
            cpu: Duration::from_secs_f64(seconds),
            memory: Some(memory),
        }
    }
}

fn home() -> PathBuf {
    std::env::var_os("HOME").map_or_else(PathBuf::new, PathBuf::from)
}
