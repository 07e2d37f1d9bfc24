//! The `vismatch` program as a user runs it: found, started, its output read.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// Where the program is: `VISMATCH_BIN`, or beside the folder of the running test (`target/debug/vismatch`).
pub fn path() -> PathBuf {
    if let Some(path) = std::env::var_os("VISMATCH_BIN") {
        let path = PathBuf::from(path);
        assert!(
            path.is_file(),
            "VISMATCH_BIN names {}, which is not there: run `just build`",
            path.display()
        );
        return path;
    }
    let own = std::env::current_exe().expect("a running program has a path");
    let name = format!("vismatch{}", std::env::consts::EXE_SUFFIX);
    own.ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(&name))
        .find(|path| path.is_file())
        .unwrap_or_else(|| {
            panic!(
                "the vismatch program is not beside {}: run `just build`, or name it in VISMATCH_BIN",
                own.display()
            )
        })
}

/// Where all tests keep the compiled component: compiling takes seconds, and there are many servers.
fn cache() -> PathBuf {
    let own = std::env::current_exe().expect("a running program has a path");
    let target = own.ancestors().find(|folder| folder.join("debug").is_dir());
    target
        .expect("a test lies in a target folder")
        .join("test-cache")
}

/// Where the program keeps the compiled component then.
pub fn compiled() -> PathBuf {
    cache().join("vismatch")
}

/// Lets a server over this data folder find the component compiled; done once, waited for by all.
pub fn share_compiled(data: &Path) {
    static COMPILED: OnceLock<()> = OnceLock::new();
    COMPILED.get_or_init(|| {
        run(Path::new("."), ["component", "--digest"]).ok();
    });
    #[cfg(unix)]
    if !data.join("cache").exists() {
        let linked = std::os::unix::fs::symlink(compiled(), data.join("cache"));
        linked.expect("a data folder takes a link");
    }
}

/// The program, ready for arguments: no settings of this shell, no input.
pub fn command() -> Command {
    let mut command = Command::new(path());
    command.env("XDG_CACHE_HOME", cache());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("VISMATCH_") {
            command.env_remove(name);
        }
    }
    command.env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

/// What a finished command said.
#[derive(Debug)]
pub struct Said {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// The standard output of a command that has to have succeeded.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self.out
    }

    /// The standard output of a command that has to have succeeded, as JSON.
    #[track_caller]
    pub fn json(self) -> Value {
        let out = self.ok();
        serde_json::from_str(&out).unwrap_or_else(|fault| panic!("{fault} in {out}"))
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs the program in a folder and waits for its end.
pub fn run<S: AsRef<std::ffi::OsStr>>(
    folder: &Path,
    arguments: impl IntoIterator<Item = S>,
) -> Said {
    let output = command().current_dir(folder).args(arguments).output();
    output.expect("the program starts").into()
}
