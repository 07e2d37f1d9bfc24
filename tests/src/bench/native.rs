//! The library as a native program (package `vismatch-native`): a process that is asked and measured.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use vismatch_native::Task;

use super::photos::Photo;

/// A running program; it ends with this.
pub struct Native {
    process: Child,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Native {
    /// Starts what `just bench` has built, on the core of this process; or says what is missing.
    pub fn start() -> Result<Self, String> {
        let path = program();
        let process = Command::new(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut process = process.map_err(|error| {
            let recipe = "`just bench` builds it";
            format!("{}: {error}; {recipe}", path.display())
        })?;
        let (asked, answers) = (process.stdin.take(), process.stdout.take());
        Ok(Self {
            process,
            asked: asked.expect("a piped input"),
            answers: BufReader::new(answers.expect("a piped output")),
        })
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Does a task with a photo's file.
    pub fn work(&mut self, task: Task, photo: &Photo) {
        let number = Task::ALL.iter().position(|known| *known == task);
        let number = number.expect("every task is among all");
        let (size, file) = (photo.size, photo.path.display());
        let done = self.ask(&format!(
            "do {number} {} {} {file}",
            size.width, size.height
        ));
        assert_eq!(done, "done", "{file}");
    }

    /// The digest of what was made last.
    pub fn digest(&mut self) -> u64 {
        self.ask("digest").parse().expect("a digest is a number")
    }

    fn ask(&mut self, line: &str) -> String {
        writeln!(self.asked, "{line}").expect("the native program reads");
        let mut answer = String::new();
        let read = self.answers.read_line(&mut answer);
        read.expect("the native program answers");
        answer.trim_end().to_owned()
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `VISMATCH_NATIVE`, or what the recipe builds in a target folder of its own within that of the benches:
/// its flags are not theirs.
fn program() -> PathBuf {
    if let Some(named) = std::env::var_os("VISMATCH_NATIVE") {
        return named.into();
    }
    let target = super::target().join("native/release");
    target.join(format!("vismatch-native{}", std::env::consts::EXE_SUFFIX))
}
