//! `vismatch find`: groups of near-duplicates in folders, and what becomes of the copies.

mod act;
mod print;

use std::collections::HashMap;
use std::io::{IsTerminal, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail, ensure};
use clap::{Args, ValueEnum};
use futures::{StreamExt, stream};

use crate::app;
use crate::config::Config;
use crate::domain::{Algorithm, ImageError};
use crate::service::{
    FileStamp, Sandbox, ServiceError,
    folders::{self, FileGroup, Found, GroupOptions, Member, PictureFile},
};

use super::files::{self, EachOnce, Failure};
use super::flags::{PictureFlags, algorithm, cache};
use super::{INTERRUPTED, SOME_FAILED, companions, logging, output, progress, stop};
use act::{Act, Action, Outcome};

const HELP: &str = "\
Examples:
  vismatch find ~/Pictures
  vismatch find ~/Pictures /media/camera --radius 4
  vismatch find ~/Pictures --crops
  vismatch find ~/Pictures --delete-to-trash --dry-run
  vismatch find ~/Pictures --hardlink --keep oldest --yes
  vismatch find ~/Pictures --algorithm pdq --json | jq -r '.files[1:][].path'

A group is a file to keep and those that are its duplicates: copies that are re-encoded, resized, cropped, \
bordered, marked or turned by a degree or two, told by looking at both, and files of the same bytes, whatever is in \
them. --crops also finds strong crops, collages and pictures under large stickers, by parts that look alike. \
Hard links to one file are one file, told by its first name, and what is done to it is done under all of its names. With --radius or --algorithm a group is what a chain of \
fingerprints within so many bits leads to.
The first of a group, marked *, is the copy to keep: the one with the most frames or pages, then with the most \
pixels inside of any frame around it that are really resolved, then the most colours, transparency, what the \
camera wrote, the format, the longest file, the earliest. The others follow with their distance to it and \
what they are to it:
  exact         the same bytes
  same_picture  re-encoded, resized or converted: the finest detail agrees, and so do the colours
  edited        the same picture with something done to it; the line below says what
  similar       near, and no duplicate (only with --radius or --algorithm)
With --json one group a line:
  {\"keep_reason\":…,\"files\":[{\"path\":…,\"distance\":0,\"verdict\":…,\"verdict_reason\":…,\"format\":…,\"width\":…,\"height\":…,\"bytes\":…}]}
A path that is no UTF-8 has its bytes in \"path_base64\", too.
Of pictures that very many others are near to, as a webcam's, the nearest are compared. Where some were left \
out for that, standard error says so, and --json ends with a line {\"files\":[],\"left_out\":…}.

--delete-to-trash moves the others to the system's trash, --hardlink and --symlink put links to the first \
in their place. Both act on exact and same_picture alone, and each pair of files is compared once more \
before. An edited copy may be the one that somebody made on purpose, or have what the other lacks: look at \
those first, then --edited takes them, too. What is only similar is never touched, nor are links that would \
carry the name of another format, nor a file that changed since it was looked at. What is replaced by a link \
and is not the same, byte for byte, goes to the trash first. Files that belong to a picture that \
is trashed, as .xmp and the .MOV of a Live Photo or a raw file of its name, stay, and are told. Nothing is done without an answer to the \
question, or --yes; --dry-run says what would be done.

Files that are no pictures are passed over and counted. Pictures that cannot be read are told on standard \
error; the others are still compared.

Exit codes: 0 done; 1 some pictures could not be read, or some copies not be moved or linked; 2 nothing \
could be done, or the question was not answered with yes; 130 interrupted.";

/// Find groups of near-duplicate pictures in folders; print them, or clear them up
#[derive(Args)]
#[command(after_help = HELP)]
pub struct FindArguments {
    /// Folders, with everything below them; links in them are not followed
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Bits of fingerprints that may differ [default: pictures are judged; with --algorithm what suits it]
    #[arg(long, alias = "threshold", value_name = "N")]
    radius: Option<u32>,
    /// Whose fingerprints are compared [default: pictures are judged; with --radius phash]
    #[arg(long, short, value_name = "NAME", value_parser = algorithm())]
    algorithm: Option<Algorithm>,
    /// Also find what is left of strong crops, collages of pictures and pictures under large stickers; takes longer
    #[arg(long, conflicts_with_all = ["radius", "algorithm"])]
    crops: bool,
    /// Which copy of a group to keep
    #[arg(long, value_name = "WHICH", value_enum, default_value = "best")]
    keep: Keep,
    /// One JSON object a group
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    action: ActionFlags,
    /// Act on edited copies, too: cropped, bordered, marked, recoloured ones. Look at them first
    #[arg(long)]
    edited: bool,
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
    /// The most frames, pixels that show something, colours, then what the camera wrote, format, length
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
    /// Hard links: what is done to a copy is done under all of its names.
    other_names: OtherNames,
    others: usize,
    failed: usize,
}

type OtherNames = HashMap<PathBuf, Vec<PathBuf>>;

/// Why a file is not among those compared.
enum Miss {
    NotAPicture,
    Failed(Failure),
}

/// Looks at every file, groups them, prints the groups.
pub async fn run(arguments: FindArguments, config: Option<&Path>) -> Result<ExitCode> {
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

async fn find(arguments: &FindArguments, config: &Config) -> Result<ExitCode> {
    arguments.by()?;
    let sandbox = app::sandbox(config, cache()).await?;
    let Seen {
        pictures,
        other_names,
        others,
        mut failed,
    } = fingerprint_files(&sandbox, arguments, config).await?;
    let seen = pictures.len() as u64;
    let Found { groups, left_out } = group(&sandbox, pictures, arguments, config).await?;
    let act = arguments.act(&sandbox);
    if let Some(act) = &act {
        arguments.confirm(act, &groups, &other_names).await?;
    }
    for (number, group) in groups.iter().enumerate() {
        let outcomes = match &act {
            Some(act) => on_copies(act, group, &other_names).await,
            None => Vec::new(),
        };
        let is_failure = |outcome: &&Option<Outcome>| matches!(outcome, Some(Outcome::Failed(_)));
        failed += outcomes.iter().filter(is_failure).count();
        match arguments.json {
            true => print::json(group, arguments.keep, &outcomes)?,
            false => print::lines(number, group, &outcomes)?,
        }
    }
    if left_out > 0 {
        tell_left_out(left_out, arguments.json)?;
    }
    eprintln!(
        "{}, {}; no pictures: {others}, failed: {failed}",
        output::count(seen, "picture"),
        output::count(groups.len() as u64, "group"),
    );
    Ok(ExitCode::from(if failed == 0 { 0 } else { SOME_FAILED }))
}

async fn group(
    sandbox: &Sandbox,
    pictures: Vec<PictureFile>,
    arguments: &FindArguments,
    config: &Config,
) -> Result<Found> {
    let bar = progress::bar("comparing", 0);
    let report = progress::report(&bar);
    let options = GroupOptions {
        by: arguments.by()?,
        choose: &|group| arguments.keep.choose(group),
        finds_crops: arguments.crops,
        workers: config.sandbox.workers,
        progress: &report,
    };
    let compare =
        async |one: PathBuf, other: PathBuf| folders::compare(sandbox, &one, &other).await;
    let found = folders::groups(pictures, &options, compare).await;
    bar.finish_and_clear();
    Ok(found?)
}

fn tell_left_out(left_out: usize, json: bool) -> Result<()> {
    eprintln!(
        "left out: {} near to more pictures than can be compared; the nearest were",
        output::count(left_out as u64, "picture")
    );
    match json {
        true => print::json_left_out(left_out),
        false => Ok(()),
    }
}

/// What became of each file of a group; nothing of the one that is kept.
async fn on_copies(
    act: &Act<'_>,
    group: &FileGroup,
    other_names: &OtherNames,
) -> Vec<Option<Outcome>> {
    let mut outcomes = vec![None];
    if let [kept, copies @ ..] = group.members.as_slice() {
        for copy in copies {
            let names = other_names
                .get(&copy.file.path)
                .map_or(&[][..], Vec::as_slice);
            outcomes.push(Some(on_copy(act, &kept.file, copy, names).await));
        }
    }
    outcomes
}

/// The outcome for the first name, or for the first name that it failed for.
async fn on_copy(
    act: &Act<'_>,
    kept: &PictureFile,
    copy: &Member,
    other_names: &[PathBuf],
) -> Outcome {
    let outcome = act.to(kept, copy).await;
    for name in other_names {
        let mut other = copy.clone();
        other.file.path = name.clone();
        if let Outcome::Failed(reason) = act.to(kept, &other).await {
            return Outcome::Failed(format!("{}: {reason}", output::shown(name)));
        }
    }
    outcome
}

impl FindArguments {
    /// Algorithm and radius when either is given.
    fn by(&self) -> Result<Option<(Algorithm, u32)>> {
        if self.algorithm.is_none() && self.radius.is_none() {
            return Ok(None);
        }
        let algorithm = self.algorithm.unwrap_or_default();
        let (name, bits) = (algorithm.name(), algorithm.bits());
        let radius = self.radius.unwrap_or(algorithm.default_radius());
        ensure!(radius <= bits, "--radius: {name} has {bits} bits");
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
            takes_edited: self.edited,
            sandbox,
        })
    }

    /// Asks, unless that is not needed.
    async fn confirm(
        &self,
        act: &Act<'_>,
        groups: &[FileGroup],
        other_names: &OtherNames,
    ) -> Result<()> {
        let names = |path: &Path| 1 + other_names.get(path).map_or(0, Vec::len);
        let (copies, edited) = act.count(groups, names);
        if self.dry_run || self.yes || copies == 0 {
            return Ok(());
        }
        ensure!(
            stdin().is_terminal(),
            "nobody can be asked here: --yes does it without asking, --dry-run says what would be done"
        );
        if edited > 0 {
            let copies = output::count(edited as u64, "edited one");
            eprintln!("Left alone: {copies}; --edited takes them, too.");
        }
        eprint!("{} [y/N] ", act.action.question(copies));
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
    fn choose(self, group: &[&PictureFile]) -> Option<usize> {
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
async fn fingerprint_files(
    sandbox: &Sandbox,
    arguments: &FindArguments,
    config: &Config,
) -> Result<Seen> {
    let EachOnce { files, other_names } = EachOnce::new(files::below(arguments.folders.clone()));
    let bar = progress::bar("looking", files.len() as u64);
    let mut results = stream::iter(files)
        .map(|file| picture(sandbox, file, arguments.algorithm, config.max_body))
        .buffered(config.sandbox.workers);
    let mut seen = Seen {
        other_names,
        ..Seen::default()
    };
    while let Some(result) = results.next().await {
        bar.inc(1);
        match result {
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
    match folders::fingerprint(sandbox, path.clone(), stamp, algorithm).await {
        Ok(picture) => Ok(picture),
        Err(ServiceError::NotAPicture(ImageError::UnsupportedFormat(_))) => Err(Miss::NotAPicture),
        Err(error) => Err(failed(error.into())),
    }
}

fn check(path: &Path, max: u64) -> Result<FileStamp> {
    files::check(path, max)?;
    FileStamp::read(path)?.ok_or_else(|| anyhow::anyhow!("is not a plain file"))
}
