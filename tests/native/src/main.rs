//! Does what each line of standard input says, and answers each with a line: `do ...` with `done`,
//! `digest` with the digest of what was made last, in decimal.

use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};

use vismatch_native::{Task, digest};
use vismatch_pipeline::info::Dimensions;
use vismatch_pipeline::limits::Limits;
use vismatch_pipeline::process::process;
use vismatch_pipeline::rendition::Outcome;

fn main() -> Result<(), Box<dyn Error>> {
    let mut made = None;
    for line in stdin().lock().lines() {
        let answer = match line?.split_once(' ') {
            Some(("do", what)) => {
                made = Some(work(what)?);
                "done".to_owned()
            }
            _ => made.as_ref().map(digest).unwrap_or_default().to_string(),
        };
        writeln!(stdout(), "{answer}")?;
        stdout().flush()?;
    }
    Ok(())
}

/// `<task> <width> <height> <file>`: the task by its number, the upright size of the picture.
fn work(what: &str) -> Result<Outcome, Box<dyn Error>> {
    let parts: Vec<&str> = what.splitn(4, ' ').collect();
    let [task, width, height, file] = parts[..] else {
        return Err("a task, a size and a file are needed".into());
    };
    let task = Task::ALL
        .get(task.parse::<usize>()?)
        .ok_or("no such task")?;
    let own = Dimensions {
        width: width.parse()?,
        height: height.parse()?,
    };
    let bytes = std::fs::read(file)?;
    Ok(process(&bytes, &task.plan(own), &Limits::default())?)
}
