//! What becomes of the copies that are not kept: the system's trash, or links to the one that is.
//!
//! A file is only touched when it and the copy that is kept are as they were when they were looked at,
//! and comparing the two files once more still calls them the same picture; edited copies only when they were
//! asked for. Bytes are never lost: what is not the same, byte for byte, goes to the trash before a link takes
//! its place.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;

use crate::domain::{Judgement, Verdict};
use crate::service::{
    FileStamp, Sandbox,
    folders::{self, FileGroup, Member, PictureFile},
};

use super::output;

/// What is done with a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Trash,
    Hardlink,
    Symlink,
}

/// What became of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", content = "reason", rename_all = "snake_case")]
pub enum Outcome {
    /// It is in the system's trash.
    Trashed,
    /// It is a link now.
    Linked,
    /// It would be put in the trash.
    WouldBeTrashed,
    /// It would become a link.
    WouldBeLinked,
    /// It is none of what the action is for.
    LeftAlone(String),
    /// It could not be done; the file is as it was, or in the trash.
    Failed(String),
}

/// An action under the conditions that the user set.
pub struct Act<'a> {
    pub action: Action,
    pub dry_run: bool,
    /// Edited copies are acted on, too.
    pub takes_edited: bool,
    pub sandbox: &'a Sandbox,
}

impl Action {
    /// What is asked before it is done to `copies` files.
    pub fn question(self, copies: usize) -> String {
        match self {
            Self::Trash => format!("Move {} to the trash?", number(copies)),
            Self::Hardlink => format!("Replace {} by hard links?", number(copies)),
            Self::Symlink => format!("Replace {} by symbolic links?", number(copies)),
        }
    }
}

fn number(copies: usize) -> String {
    match copies {
        1 => "1 copy".into(),
        _ => format!("{copies} copies"),
    }
}

impl Outcome {
    /// The copy is not where it was, or would not be.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Trashed | Self::WouldBeTrashed)
    }

    /// A few words for people.
    pub fn words(&self) -> String {
        match self {
            Self::Trashed => "moved to the trash".into(),
            Self::Linked => "now a link".into(),
            Self::WouldBeTrashed => "would be moved to the trash".into(),
            Self::WouldBeLinked => "would become a link".into(),
            Self::LeftAlone(reason) => format!("left alone: {reason}"),
            Self::Failed(reason) => format!("failed: {reason}"),
        }
    }
}

impl Act<'_> {
    /// Does it to one copy, or says what would be done.
    pub async fn to(&self, kept: &PictureFile, copy: &Member) -> Outcome {
        if let Some(reason) = self.reason_to_leave(kept, copy) {
            return Outcome::LeftAlone(reason);
        }
        match self.try_to(kept, copy).await {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Failed(format!("{error:#}")),
        }
    }

    /// How many copies would be acted on, each under all of its names, and how many edited ones are left alone.
    pub fn count(&self, groups: &[FileGroup], names: impl Fn(&Path) -> usize) -> (usize, usize) {
        let (mut copies, mut edited) = (0, 0);
        for group in groups {
            let [kept, others @ ..] = group.members.as_slice() else {
                continue;
            };
            for copy in others {
                let is_edited = copy.judgement.verdict == Verdict::Edited;
                let is_copy = self.reason_to_leave(&kept.file, copy).is_none();
                copies += usize::from(is_copy) * names(&copy.file.path);
                edited += usize::from(is_edited && !self.takes_edited);
            }
        }
        (copies, edited)
    }

    fn reason_to_leave(&self, kept: &PictureFile, copy: &Member) -> Option<String> {
        if let Some(reason) = self.reason_of(&copy.judgement) {
            return Some(reason);
        }
        if same_file::is_same_file(&kept.path, &copy.file.path).unwrap_or(false) {
            return Some("it is the same file already".into());
        }
        if self.action == Action::Trash {
            return None;
        }
        let (own, others) = (copy.file.info.format, kept.info.format);
        (own != others).then(|| {
            let (own, others) = (own.name(), others.name());
            format!(
                "it is {own} and the copy that is kept is {others}: the link's name would not fit"
            )
        })
    }

    /// Why what it is to the kept copy is not enough to act on it.
    fn reason_of(&self, judgement: &Judgement) -> Option<String> {
        match judgement.verdict {
            Verdict::Exact | Verdict::SamePicture => None,
            Verdict::Edited if self.takes_edited => None,
            Verdict::Edited => Some("it is edited; --edited takes such copies, too".into()),
            Verdict::Similar | Verdict::Different => {
                Some("it is only similar to the copy that is kept".into())
            }
        }
    }

    async fn compared_again(&self, kept: &PictureFile, copy: &PictureFile) -> Result<Judgement> {
        let (one, other) = (kept.path.clone(), copy.path.clone());
        let same_bytes = move || have_the_same_bytes(&one, &other);
        if tokio::task::spawn_blocking(same_bytes).await?? {
            return Ok(Judgement::same_bytes());
        }
        Ok(folders::compare(self.sandbox, &kept.path, &copy.path).await)
    }

    async fn try_to(&self, kept: &PictureFile, copy: &Member) -> Result<Outcome> {
        check_unchanged(kept)?;
        check_unchanged(&copy.file)?;
        let now = self.compared_again(kept, &copy.file).await?;
        if let Some(reason) = self.reason_of(&now) {
            let reason = format!("compared once more, {reason}: {}", now.reason);
            return Ok(Outcome::LeftAlone(reason));
        }
        if self.dry_run {
            return Ok(match self.action {
                Action::Trash => Outcome::WouldBeTrashed,
                Action::Hardlink | Action::Symlink => Outcome::WouldBeLinked,
            });
        }
        let (action, kept, copy) = (self.action, kept.clone(), copy.file.clone());
        tokio::task::spawn_blocking(move || act(action, &kept, &copy)).await?
    }
}

fn act(action: Action, kept: &PictureFile, copy: &PictureFile) -> Result<Outcome> {
    match action {
        Action::Trash => {
            check_unchanged(kept)?;
            check_unchanged(copy)?;
            to_trash(&copy.path)?;
            Ok(Outcome::Trashed)
        }
        Action::Hardlink => replace(kept, copy, hardlink),
        Action::Symlink => replace(kept, copy, symlink),
    }
}

/// The link is made beside the copy before anything happens to the copy itself.
fn replace(
    kept: &PictureFile,
    copy: &PictureFile,
    link: fn(&Path, &Path) -> Result<()>,
) -> Result<Outcome> {
    let beside = copy.path.parent().context("the file has no folder")?;
    let room = tempfile::Builder::new()
        .prefix(".vismatch-")
        .tempdir_in(beside)
        .context("the folder takes no link")?;
    let made = room.path().join("link");
    link(&kept.path, &made)?;
    let same_bytes = have_the_same_bytes(&kept.path, &copy.path)?;
    check_unchanged(kept)?;
    check_unchanged(copy)?;
    if !same_bytes {
        to_trash(&copy.path)?;
    }
    fs::rename(&made, &copy.path).context("the link could not be put in its place")?;
    Ok(Outcome::Linked)
}

fn hardlink(kept: &Path, link: &Path) -> Result<()> {
    match fs::hard_link(kept, link) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => bail!(
            "the copy that is kept, {}, is on another file system, where hard links do not reach; \
             --symlink does",
            output::shown(kept)
        ),
        made => made.context("the hard link could not be made"),
    }
}

fn symlink(kept: &Path, link: &Path) -> Result<()> {
    let target = fs::canonicalize(kept)?;
    #[cfg(unix)]
    let made = std::os::unix::fs::symlink(target, link);
    #[cfg(windows)]
    let made = std::os::windows::fs::symlink_file(target, link);
    made.context("the symbolic link could not be made")
}

fn to_trash(path: &Path) -> Result<()> {
    // The trash remembers where a file was; a relative path would say nothing there.
    let path: PathBuf = std::path::absolute(path)?;
    trash::delete(&path).with_context(|| format!("{} is not trashed", output::shown(&path)))
}

fn check_unchanged(file: &PictureFile) -> Result<()> {
    let now = FileStamp::read(&file.path)?;
    let path = output::shown(&file.path);
    ensure!(now.is_some(), "{path} is gone");
    ensure!(
        now == Some(file.stamp),
        "{path} has changed since it was looked at"
    );
    Ok(())
}

fn have_the_same_bytes(a: &Path, b: &Path) -> io::Result<bool> {
    let (mut a, mut b) = (
        BufReader::new(File::open(a)?),
        BufReader::new(File::open(b)?),
    );
    loop {
        let (left, right) = (a.fill_buf()?, b.fill_buf()?);
        let length = left.len().min(right.len());
        if length == 0 {
            return Ok(left.len() == right.len());
        }
        if left[..length] != right[..length] {
            return Ok(false);
        }
        a.consume(length);
        b.consume(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_compared_to_their_ends() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            path
        };
        let long = vec![7; 100_000];
        let (a, b) = (put("a", &long), put("b", &long));
        let shorter = put("shorter", &long[1..]);
        let mut other = long.clone();
        other[99_999] = 8;
        let other = put("other", &other);
        assert!(have_the_same_bytes(&a, &b).unwrap());
        assert!(!have_the_same_bytes(&a, &shorter).unwrap());
        assert!(!have_the_same_bytes(&other, &a).unwrap());
    }
}
