//! How groups are told: lines for people, or JSON.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;

use crate::domain::Verdict;
use crate::service::folders::{FileGroup, Member};

use super::act::Outcome;
use super::output::PathView;
use super::{Keep, companions, output};

/// A group for people.
pub fn lines(number: usize, group: &FileGroup, outcomes: &[Option<Outcome>]) -> Result<()> {
    if number > 0 {
        output::line("")?;
    }
    for (place, member) in group.members.iter().enumerate() {
        let file = &member.file;
        let mark = if place == 0 { "*" } else { " " };
        let size = format!("{}x{}", file.info.size.width, file.info.size.height);
        let outcome = outcomes.get(place).and_then(Option::as_ref);
        let words = outcome.map_or(String::new(), |outcome| format!("  ({})", outcome.words()));
        output::line(&format!(
            "{mark} {:>3}  {:<12}  {size:>11}  {:>10}  {}{words}",
            member.distance,
            word(place, member),
            file.stamp.bytes,
            output::shown(&file.path)
        ))?;
        for left in left_behind(&file.path, outcome) {
            output::line(&format!(
                "       {} stays where it is",
                output::shown(&left)
            ))?;
        }
        if place > 0 && member.judgement.verdict == Verdict::Edited {
            output::line(&format!("       {}", member.judgement.reason))?;
        }
    }
    Ok(())
}

/// A group as one line of JSON.
pub fn json(group: &FileGroup, keep: Keep, outcomes: &[Option<Outcome>]) -> Result<()> {
    output::json(&View::new(group, keep, outcomes))
}

/// The last line of JSON, where not all that is near was compared.
pub fn json_left_out(left_out: usize) -> Result<()> {
    output::json(&LeftOut {
        files: [],
        left_out,
    })
}

/// What belongs to a copy that goes away, and is not moved with it.
fn left_behind(path: &Path, outcome: Option<&Outcome>) -> Vec<PathBuf> {
    match outcome {
        Some(outcome) if outcome.is_away() => companions::beside(path),
        _ => Vec::new(),
    }
}

fn word(place: usize, member: &Member) -> String {
    match place {
        0 => "keep".into(),
        _ => member.judgement.verdict.name().into(),
    }
}

/// A group in JSON.
#[derive(Serialize)]
struct View<'a> {
    keep_reason: &'static str,
    files: Vec<FileView<'a>>,
}

#[derive(Serialize)]
struct FileView<'a> {
    #[serde(flatten)]
    path: PathView,
    distance: u32,
    verdict: String,
    /// Why the verdict; the file that is kept has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict_reason: Option<&'a str>,
    format: &'static str,
    width: u32,
    height: u32,
    bytes: u64,
    #[serde(flatten)]
    outcome: Option<Outcome>,
    /// Files that belong to it and stay where they are, while it goes away.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stays: Vec<PathView>,
}

/// No group: a reader of `files` finds none.
#[derive(Serialize)]
struct LeftOut {
    files: [(); 0],
    left_out: usize,
}

impl<'a> View<'a> {
    fn new(group: &'a FileGroup, keep: Keep, outcomes: &[Option<Outcome>]) -> Self {
        let file = |(place, member): (usize, &'a Member)| FileView {
            path: PathView::new(&member.file.path),
            distance: member.distance,
            verdict: word(place, member),
            verdict_reason: (place > 0).then_some(member.judgement.reason.as_str()),
            format: member.file.info.format.name(),
            width: member.file.info.size.width,
            height: member.file.info.size.height,
            bytes: member.file.stamp.bytes,
            stays: left_behind(
                &member.file.path,
                outcomes.get(place).and_then(Option::as_ref),
            )
            .iter()
            .map(|path| PathView::new(path))
            .collect(),
            outcome: outcomes.get(place).cloned().flatten(),
        };
        Self {
            keep_reason: keep.reason(group),
            files: group.members.iter().enumerate().map(file).collect(),
        }
    }
}
