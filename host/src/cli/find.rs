//! `vismatch find`: groups of near-duplicates in folders, and what becomes of the copies.

mod act;

use std::io::{IsTerminal, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail, ensure};
use clap::{Args, ValueEnum};
use futures::{StreamExt, stream};
use serde::Serialize;

use crate::app;
use crate::config::Config;
use crate::domain::{Algorithm, ImageError};
use crate::sandbox::Sandbox;
use crate::service::ServiceError;
use crate::service::folders::{self, FileGroup, Member, PictureFile};
use crate::store::FileStamp;

use super::files::{self, Failure};
use super::flags::{PictureFlags, algorithm, cache};
use super::{INTERRUPTED, SOME_FAILED, logging, output, progress, stop};
use act::{Act, Action, Outcome};

const HELP: &str = "\
Examples:
  vismatch find ~/Pictures
  vismatch find ~/Pictures /media/camera --threshold 4
  vismatch find ~/Pictures --delete-to-trash --dry-run
  vismatch find ~/Pictures --hardlink --keep oldest --yes
  vismatch find ~/Pictures --algorithm pdq --json | jq -r '.files[1:][].path'

Pictures belong to one group when a chain of duplicates leads from one to the other: copies that are \
re-encoded, resized, cropped, bordered, marked or turned a little, told by looking at both. With --threshold \
or --algorithm it is a chain of pictures whose fingerprints are within so many bits. \
The first of a group, marked *, is the copy to keep: the one with the most pixels; of those a lossless \
one, the one whose camera wrote the most about it, the longest file, the earliest. The others follow with \
their distance to it and what they are to it: exact (the same bytes), same_picture, edited, similar. \
With --json one group a line:
  {\"keep_reason\":…,\"files\":[{\"path\":…,\"distance\":0,\"verdict\":…,\"format\":…,\"width\":…,\"height\":…,\"bytes\":…}]}

--delete-to-trash moves the others to the system's trash, --hardlink and --symlink put links to the first \
in their place. Files that are only similar are left alone, so are links that would carry the name of \
another format, and a file that changed since it was looked at is never touched. What is replaced by a link \
and is not the same, byte for byte, goes to the trash first. Nothing is done without an answer to the \
question, or --yes; --dry-run says what would be done.

Pictures without any detail, such as a single colour, have nothing to compare and are in no group. Files \
that are no pictures are passed over and counted. Pictures that cannot be read are told on standard \
error; the others are still compared.

Exit codes: 0 done; 1 some pictures could not be read, or some copies not be moved or linked; 2 nothing \
could be done, or the question was not answered with yes; 130 interrupted.";

/// Find groups of near-duplicate pictures in folders; print them, or clear them up
#[derive(Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// Folders, with everything below them; links in them are not followed
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Bits of fingerprints that may differ [default: pictures are judged; with --algorithm what suits it]
    #[arg(long, value_name = "N")]
    threshold: Option<u32>,
    /// Whose fingerprints are compared [default: pictures are judged; with --threshold phash]
    #[arg(long, short, value_name = "NAME", value_parser = algorithm())]
    algorithm: Option<Algorithm>,
    /// Which copy of a group to keep
    #[arg(long, value_name = "WHICH", value_enum, default_value = "best")]
    keep: Keep,
    /// One JSON object a group
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    action: ActionFlags,
    /// Do nothing, only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Do it without asking
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    flags: PictureFlags,
}

/// What to do with the copies.
#[derive(Args)]
#[group(multiple = false)]
struct ActionFlags {
    /// Print the groups and do nothing [default]
    #[arg(long)]
    print: bool,
    /// Move the copies to the system's trash
    #[arg(long)]
    delete_to_trash: bool,
    /// Replace the copies by hard links to the one that is kept
    #[arg(long)]
    hardlink: bool,
    /// Replace the copies by symbolic links to the one that is kept
    #[arg(long)]
    symlink: bool,
}

/// Which copy of a group is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Keep {
    /// The most pixels, then lossless, then what the camera wrote, then the longest file
    Best,
    /// The longest file
    Largest,
    /// The file that was written first
    Oldest,
    /// The file that was written last
    Newest,
}

/// What the files turned out to be.
#[derive(Default)]
struct Seen {
    pictures: Vec<PictureFile>,
    others: usize,
    failed: usize,
}

/// Why a file is not among those compared.
enum Miss {
    NotAPicture,
    Failed(Failure),
}

/// Looks at every file, groups them, prints the groups.
pub async fn run(arguments: Arguments, config: Option<&Path>) -> Result<ExitCode> {
    logging::of_command()?;
    let config = Config::load(config, &arguments.flags)?;
    files::check_folders(&arguments.folders)?;
    let stop = stop::on_signal()?;
    tokio::select! {
        done = find(&arguments, &config) => done,
        () = stop.cancelled() => {
            eprintln!("interrupted");
            Ok(ExitCode::from(INTERRUPTED))
        }
    }
}

async fn find(arguments: &Arguments, config: &Config) -> Result<ExitCode> {
    let by = arguments.by()?;
    let keep = arguments.keep;
    let sandbox = app::sandbox(config, cache()).await?;
    let Seen {
        pictures,
        others,
        mut failed,
    } = look(&sandbox, arguments, config).await?;
    let seen = pictures.len() as u64;
    let groups = tokio::task::spawn_blocking(move || {
        folders::groups(pictures, by, |group| keep.choose(group))
    });
    let groups = groups.await??;
    let act = arguments.act(&sandbox);
    if let Some(act) = &act {
        arguments.confirm(act.action, &groups).await?;
    }
    for (number, group) in groups.iter().enumerate() {
        let outcomes = match &act {
            Some(act) => on_copies(act, group).await,
            None => Vec::new(),
        };
        let is_failure = |outcome: &&Option<Outcome>| matches!(outcome, Some(Outcome::Failed(_)));
        failed += outcomes.iter().filter(is_failure).count();
        match arguments.json {
            true => output::json(&View::of(group, keep, &outcomes))?,
            false => print(number, group, &outcomes)?,
        }
    }
    eprintln!(
        "{}, {}; no pictures: {others}, failed: {failed}",
        output::count(seen, "picture"),
        output::count(groups.len() as u64, "group"),
    );
    Ok(ExitCode::from(if failed == 0 { 0 } else { SOME_FAILED }))
}

/// What became of each file of a group; nothing of the one that is kept.
async fn on_copies(act: &Act<'_>, group: &FileGroup) -> Vec<Option<Outcome>> {
    let mut outcomes = vec![None];
    if let [kept, copies @ ..] = group.members.as_slice() {
        for copy in copies {
            outcomes.push(Some(act.to(&kept.file, copy).await));
        }
    }
    outcomes
}

impl Arguments {
    /// Algorithm and radius when either is given.
    fn by(&self) -> Result<Option<(Algorithm, u32)>> {
        if self.algorithm.is_none() && self.threshold.is_none() {
            return Ok(None);
        }
        let algorithm = self.algorithm.unwrap_or_default();
        let (name, bits) = (algorithm.name(), algorithm.bits());
        let radius = self.threshold.unwrap_or(algorithm.default_radius());
        ensure!(radius <= bits, "--threshold: {name} has {bits} bits");
        Ok(Some((algorithm, radius)))
    }

    /// What is to be done; `None` when only to print.
    fn act<'a>(&self, sandbox: &'a Sandbox) -> Option<Act<'a>> {
        let action = match &self.action {
            flags if flags.delete_to_trash => Action::Trash,
            flags if flags.hardlink => Action::Hardlink,
            flags if flags.symlink => Action::Symlink,
            _ => return None,
        };
        Some(Act {
            action,
            dry_run: self.dry_run,
            threshold: self
                .threshold
                .filter(|_| self.algorithm.unwrap_or_default() == Algorithm::Phash),
            sandbox,
        })
    }

    /// Asks, unless that is not needed.
    async fn confirm(&self, action: Action, groups: &[FileGroup]) -> Result<()> {
        let is_copy = |member: &&Member| member.verdict.is_duplicate();
        let copies = |group: &FileGroup| group.members.iter().skip(1).filter(is_copy).count();
        let copies: usize = groups.iter().map(copies).sum();
        if self.dry_run || self.yes || copies == 0 {
            return Ok(());
        }
        ensure!(
            stdin().is_terminal(),
            "nobody can be asked here: --yes does it without asking, --dry-run says what would be done"
        );
        eprint!("{} [y/N] ", action.question(copies));
        let read = || {
            let mut answer = String::new();
            stdin().read_line(&mut answer).map(|_| answer)
        };
        let answer = tokio::task::spawn_blocking(read).await??;
        if !["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
            bail!("nothing was done");
        }
        Ok(())
    }
}

impl Keep {
    /// The place of the file to keep; `None` leaves the choice to the merits.
    fn choose(self, group: &[PictureFile]) -> Option<usize> {
        let places = 0..group.len();
        match self {
            Self::Best => None,
            Self::Largest => places.rev().max_by_key(|&at| group[at].stamp.bytes),
            Self::Oldest => places.min_by_key(|&at| group[at].stamp.modified),
            Self::Newest => places.rev().max_by_key(|&at| group[at].stamp.modified),
        }
    }

    /// Why the first file of a group is kept.
    fn reason(self, group: &FileGroup) -> &'static str {
        match self {
            Self::Best => group.merit.reason(),
            Self::Largest => "It is the longest file.",
            Self::Oldest => "It was written first.",
            Self::Newest => "It was written last.",
        }
    }
}

/// Looks at the files, `workers` at once, and keeps them in the order in which they were found.
async fn look(sandbox: &Sandbox, arguments: &Arguments, config: &Config) -> Result<Seen> {
    let files = files::each_once(files::below(arguments.folders.clone()));
    let bar = progress::bar("looking", files.len() as u64);
    let mut looks = stream::iter(files)
        .map(|file| picture(sandbox, file, arguments.algorithm, config.max_body))
        .buffered(config.sandbox.workers);
    let mut seen = Seen::default();
    while let Some(look) = looks.next().await {
        bar.inc(1);
        match look {
            Ok(picture) => seen.pictures.push(picture),
            Err(Miss::NotAPicture) => seen.others += 1,
            Err(Miss::Failed(failure)) => {
                seen.failed += 1;
                progress::complain(&bar, &format!("error: {failure}"));
            }
        }
    }
    Ok(seen)
}

async fn picture(
    sandbox: &Sandbox,
    file: Result<PathBuf, Failure>,
    algorithm: Option<Algorithm>,
    max: u64,
) -> Result<PictureFile, Miss> {
    let path = file.map_err(Miss::Failed)?;
    let failed = |reason| {
        Miss::Failed(Failure {
            path: path.clone(),
            reason,
        })
    };
    let stamp = check(&path, max).map_err(failed)?;
    match folders::look_at(sandbox, path.clone(), stamp, algorithm).await {
        Ok(picture) => Ok(picture),
        Err(ServiceError::NotAPicture(ImageError::UnsupportedFormat(_))) => Err(Miss::NotAPicture),
        Err(error) => Err(failed(error.into())),
    }
}

fn check(path: &Path, max: u64) -> Result<FileStamp> {
    files::check(path, max)?;
    FileStamp::of(path)?.ok_or_else(|| anyhow::anyhow!("is not a plain file"))
}

fn print(number: usize, group: &FileGroup, outcomes: &[Option<Outcome>]) -> Result<()> {
    if number > 0 {
        output::line("")?;
    }
    for (place, member) in group.members.iter().enumerate() {
        let file = &member.file;
        let mark = if place == 0 { "*" } else { " " };
        let verdict = if place == 0 {
            "keep"
        } else {
            member.verdict.name()
        };
        let size = format!("{}x{}", file.info.size.width, file.info.size.height);
        let outcome = outcomes.get(place).and_then(Option::as_ref);
        let outcome = outcome.map_or(String::new(), |outcome| format!("  ({})", outcome.words()));
        output::line(&format!(
            "{mark} {:>3}  {verdict:<12}  {size:>11}  {:>10}  {}{outcome}",
            member.distance,
            file.stamp.bytes,
            output::shown(&file.path)
        ))?;
    }
    Ok(())
}

/// A group in JSON.
#[derive(Serialize)]
struct View {
    keep_reason: &'static str,
    files: Vec<FileView>,
}

#[derive(Serialize)]
struct FileView {
    path: String,
    distance: u32,
    verdict: &'static str,
    format: &'static str,
    width: u32,
    height: u32,
    bytes: u64,
    #[serde(flatten)]
    outcome: Option<Outcome>,
}

impl View {
    fn of(group: &FileGroup, keep: Keep, outcomes: &[Option<Outcome>]) -> Self {
        let file = |(place, member): (usize, &Member)| FileView {
            path: member.file.path.display().to_string(),
            distance: member.distance,
            verdict: if place == 0 {
                "keep"
            } else {
                member.verdict.name()
            },
            format: member.file.info.format.name(),
            width: member.file.info.size.width,
            height: member.file.info.size.height,
            bytes: member.file.stamp.bytes,
            outcome: outcomes.get(place).cloned().flatten(),
        };
        Self {
            keep_reason: keep.reason(group),
            files: group.members.iter().enumerate().map(file).collect(),
        }
    }
}
